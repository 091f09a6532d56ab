/// The parts of a request's first line, as places in its bytes.
struct RequestStartLine {
    let method: Range<Int>
    let target: Range<Int>
    /// Where the path ends, in a target that is a path with an optional query.
    private(set) var pathEnd: Int
    /// Whether such a path has neither a percent escape nor a dot behind a slash.
    private(set) var isPathNormal = false
    /// The digit after `HTTP/1.`.
    let minorVersion: UInt8
    /// Where the next line begins.
    let end: Int
    /// Why the target has characters that none may have. It is said only where nothing else is wrong with the head.
    private(set) var targetFault: RequestRejection?

    /// Takes a faultless line apart in one pass over its bytes; nil where it has a fault, or no end yet.
    ///
    /// - Parameter bytes: a head from its first byte.
    init?(faultless bytes: Span<UInt8>, limits: RequestLimits) {
        let count = bytes.count
        var index = 0
        while index < count, bytes[unchecked: index].isTokenByte { index += 1 }
        guard index > 0, index < count, bytes[index] == UInt8(ascii: " "), index <= limits.targetSize else {
            return nil
        }
        method = 0..<index
        index += 1
        let start = index
        pathEnd = -1
        isPathNormal = true
        var previous: UInt8 = 0
        while index < count {
            let byte = bytes[unchecked: index]
            guard byte.isVisibleASCII, byte != UInt8(ascii: "#") else { break }
            if byte == UInt8(ascii: "%") {
                guard index + 2 < count, bytes[index + 1].hexadecimalDigit != nil,
                    bytes[index + 2].hexadecimalDigit != nil
                else { return nil }
                if pathEnd < 0 { isPathNormal = false }
            } else if byte == UInt8(ascii: "?") {
                if pathEnd < 0 { pathEnd = index }
            } else if byte == UInt8(ascii: "."), previous == UInt8(ascii: "/"), pathEnd < 0 {
                isPathNormal = false
            }
            previous = byte
            index += 1
        }
        guard index > start, index - start <= limits.targetSize, index + 11 <= count,
            bytes[index] == UInt8(ascii: " ")
        else { return nil }
        target = start..<index
        if pathEnd < 0 { pathEnd = index }
        guard ASCII.isSame(bytes.extracting(index + 1..<index + 8), "HTTP/1."), bytes[index + 8].isDigit,
            bytes[index + 9] == UInt8(ascii: "\r"), bytes[index + 10] == UInt8(ascii: "\n")
        else { return nil }
        minorVersion = bytes[index + 8] - UInt8(ascii: "0")
        end = index + 11
    }

    /// Takes a line apart, in the order in which mistakes are answered: version, grammar, length.
    ///
    /// - Parameter line: a line that has a fault, perhaps only in the characters of its target, with its line end, be it
    ///   CRLF or LF.
    init(_ line: Span<UInt8>, limits: RequestLimits) throws(RequestRejection) {
        self.end = line.count
        var end = line.count
        if end > 0, line[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > 0, line[end - 1] == UInt8(ascii: "\r") { end -= 1 }

        var versionStart = end
        while versionStart > 0, line[versionStart - 1] != UInt8(ascii: " ") { versionStart -= 1 }
        minorVersion = try Self.minorVersion(line.extracting(versionStart..<end))

        var methodEnd = 0
        while methodEnd < versionStart, line[methodEnd].isTokenByte { methodEnd += 1 }
        let targetStart = methodEnd + 1
        let targetEnd = versionStart - 1
        guard methodEnd > 0, targetEnd > targetStart, line[methodEnd] == UInt8(ascii: " ") else {
            throw .malformed("The first line is not a method, a target and a version, parted by one space each.")
        }
        for index in targetStart..<targetEnd where line[index] == UInt8(ascii: " ") {
            throw .malformed("The first line is not a method, a target and a version, parted by one space each.")
        }
        guard methodEnd <= limits.targetSize else {
            throw .malformed("The request does not begin with a method.")
        }
        guard targetEnd - targetStart <= limits.targetSize else { throw Self.targetTooLong }
        method = 0..<methodEnd
        target = targetStart..<targetEnd
        pathEnd = targetStart
        while pathEnd < targetEnd, line[pathEnd] != UInt8(ascii: "?") { pathEnd += 1 }
        targetFault = RequestTarget.rejection(ofCharactersIn: target, of: line)
    }

    /// Why a first line without an end will be refused whatever follows, nil where it may still become good.
    static func rejection(ofIncomplete line: Span<UInt8>, limits: RequestLimits) -> RequestRejection? {
        // The shortest rest after the longest target: " HTTP/1.1\r".
        guard line.count > limits.targetSize else {
            // What cannot be a method, such as the first bytes of a TLS connection, need not wait for a line end.
            var index = 0
            while index < line.count, line[index].isTokenByte { index += 1 }
            return index == line.count || (index > 0 && line[index] == UInt8(ascii: " "))
                ? nil : .malformed("The request does not begin with a method.")
        }
        var methodEnd = 0
        while methodEnd < line.count, line[methodEnd].isTokenByte { methodEnd += 1 }
        guard methodEnd > 0, methodEnd <= limits.targetSize, line[methodEnd] == UInt8(ascii: " ") else {
            return .malformed("The request does not begin with a method.")
        }
        var targetEnd = methodEnd + 1
        while targetEnd < line.count, line[targetEnd] != UInt8(ascii: " ") { targetEnd += 1 }
        if targetEnd - methodEnd - 1 > limits.targetSize { return targetTooLong }
        // A complete version with its CR takes nine bytes after the space.
        return line.count - targetEnd > 10 ? .malformed("The first line does not end after the version.") : nil
    }

    private static var targetTooLong: RequestRejection {
        RequestRejection(.targetTooLong, "The request target is longer than this server accepts.")
    }

    private static func minorVersion(_ version: Span<UInt8>) throws(RequestRejection) -> UInt8 {
        let name: StaticString = "HTTP/"
        guard version.count == 8, version[5].isDigit, version[6] == UInt8(ascii: "."), version[7].isDigit else {
            throw .malformed("The first line does not end with an HTTP version.")
        }
        var isExact = true
        for index in 0..<5 {
            let expected = name.utf8Start[index]
            guard version[index].lowercasedASCII == expected.lowercasedASCII else {
                throw .malformed("The first line does not end with an HTTP version.")
            }
            if version[index] != expected { isExact = false }
        }
        guard isExact, version[5] == UInt8(ascii: "1") else {
            throw RequestRejection(.versionNotSupported, "This server speaks HTTP/1.1 and HTTP/1.0 here.")
        }
        return version[7] - UInt8(ascii: "0")
    }
}
