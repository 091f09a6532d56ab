import NIOCore

/// The rules for request targets and hosts (RFC 9112, section 3.2; RFC 3986).
enum RequestTarget {
    /// A host and a port, as positions in the head.
    struct Authority {
        let host: Range<Int>
        /// The port, where one is named.
        let port: Int?

        /// Reads an authority without userinfo; nil where it breaks the rules.
        init?(_ range: Range<Int>, in bytes: Span<UInt8>) {
            guard !range.isEmpty else { return nil }
            var hostEnd = range.lowerBound
            if bytes[range.lowerBound] == UInt8(ascii: "[") {
                while hostEnd < range.upperBound, bytes[hostEnd] != UInt8(ascii: "]") { hostEnd += 1 }
                guard hostEnd < range.upperBound else { return nil }
                let address = bytes.extracting(range.lowerBound + 1..<hostEnd)
                guard Self.isIPv6Address(address) else { return nil }
                hostEnd += 1
            } else {
                while hostEnd < range.upperBound, bytes[hostEnd] != UInt8(ascii: ":") {
                    guard ASCII.hostBytes.contains(bytes[hostEnd]) || Self.isEscape(at: hostEnd, in: bytes, range)
                    else { return nil }
                    hostEnd += 1
                }
                guard hostEnd > range.lowerBound else { return nil }
            }
            host = range.lowerBound..<hostEnd
            guard hostEnd < range.upperBound else {
                port = nil
                return
            }
            guard bytes[hostEnd] == UInt8(ascii: ":"), 1...5 ~= range.upperBound - hostEnd - 1 else { return nil }
            var number = 0
            for index in hostEnd + 1..<range.upperBound {
                guard bytes[index].isDigit else { return nil }
                number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
            }
            guard number <= 65535 else { return nil }
            port = number
        }

        /// Whether both name the same host and port, where port 80 may be left out.
        func isSame(as other: Authority, in bytes: Span<UInt8>) -> Bool {
            guard host.count == other.host.count, port ?? 80 == other.port ?? 80 else { return false }
            for (one, two) in zip(host, other.host) where bytes[one].lowercasedASCII != bytes[two].lowercasedASCII {
                return false
            }
            return true
        }

        private static func isEscape(at index: Int, in bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
            bytes[index] == UInt8(ascii: "%") && index + 2 < range.upperBound
                && bytes[index + 1].hexadecimalDigit != nil && bytes[index + 2].hexadecimalDigit != nil
        }

        private static func isIPv6Address(_ text: Span<UInt8>) -> Bool {
            guard 2...45 ~= text.count else { return false }
            var string = ""
            for index in text.indices {
                guard
                    text[index].hexadecimalDigit != nil || text[index] == UInt8(ascii: ":")
                        || text[index] == UInt8(ascii: ".")
                else { return false }
                string.unicodeScalars.append(Unicode.Scalar(text[index]))
            }
            return (try? SocketAddress(ipAddress: string, port: 0))?.protocol == .inet6
        }
    }

    /// Takes a target apart and checks it against its method.
    static func parse(
        _ range: Range<Int>, in bytes: Span<UInt8>, method: Span<UInt8>
    ) throws(RequestRejection) -> (target: RequestShape.Target, authority: Authority?) {
        try checkCharacters(range, in: bytes)
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            return (pathAndQuery(range, in: bytes), nil)
        }
        if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
            guard isMethod(method, "OPTIONS") else { throw .malformed("The target * is for OPTIONS alone.") }
            return (.asterisk, nil)
        }
        if isMethod(method, "CONNECT") {
            guard let authority = Authority(range, in: bytes), authority.port != nil else {
                throw .malformed("The target of CONNECT is a host and a port.")
            }
            return (.authority, authority)
        }
        guard let start = schemeEnd(range, in: bytes) else {
            throw .malformed("The target is neither a path nor an http URI.")
        }
        var end = start
        while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        guard let authority = Authority(start..<end, in: bytes) else {
            throw .malformed("The target does not name a host with an optional port.")
        }
        return (pathAndQuery(end..<range.upperBound, in: bytes), authority)
    }

    /// Whether a method is a given one; methods are told apart by case.
    static func isMethod(_ method: Span<UInt8>, _ name: StaticString) -> Bool {
        guard method.count == name.utf8CodeUnitCount else { return false }
        for index in method.indices where method[index] != name.utf8Start[index] { return false }
        return true
    }

    private static func checkCharacters(_ range: Range<Int>, in bytes: Span<UInt8>) throws(RequestRejection) {
        for index in range {
            let byte = bytes[index]
            guard byte.isVisibleASCII, byte != UInt8(ascii: "#") else {
                throw .malformed("The target contains a character that must be percent-encoded.")
            }
            if byte == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, bytes[index + 1].hexadecimalDigit != nil,
                    bytes[index + 2].hexadecimalDigit != nil
                else { throw .malformed("The target contains a broken percent escape.") }
            }
        }
    }

    private static func pathAndQuery(_ range: Range<Int>, in bytes: Span<UInt8>) -> RequestShape.Target {
        var pathEnd = range.lowerBound
        while pathEnd < range.upperBound, bytes[pathEnd] != UInt8(ascii: "?") { pathEnd += 1 }
        return .path(range.lowerBound..<pathEnd, query: pathEnd..<range.upperBound)
    }

    /// Where the authority of an http or https URI begins, nil where the target is none.
    private static func schemeEnd(_ range: Range<Int>, in bytes: Span<UInt8>) -> Int? {
        for scheme in ["http://", "https://"] as [StaticString] where range.count > scheme.utf8CodeUnitCount {
            let end = range.lowerBound + scheme.utf8CodeUnitCount
            if ASCII.equal(bytes.extracting(range.lowerBound..<end), scheme) { return end }
        }
        return nil
    }
}
