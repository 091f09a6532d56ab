import NIOCore

/// The rules for request targets and hosts (RFC 9112, section 3.2; RFC 3986).
enum RequestTarget {
    /// A host and a port, as positions in the head.
    struct Authority {
        let host: Range<Int>
        /// The port, where one is named.
        let port: Int?
        /// Host and port together.
        let whole: Range<Int>

        /// Reads an authority without userinfo; nil where it breaks the rules.
        init?(_ range: Range<Int>, in bytes: Span<UInt8>) {
            guard !range.isEmpty else { return nil }
            whole = range
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

        /// Whether both name the same host and port, where the default port may be left out.
        func isSame(as other: Authority, in bytes: Span<UInt8>, defaultPort: Int = 80) -> Bool {
            guard host.count == other.host.count, port ?? defaultPort == other.port ?? defaultPort else { return false }
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

    /// Tells the form of a target, whose characters are known to be good, and checks it against its method.
    static func parse(
        _ line: RequestStartLine, in bytes: Span<UInt8>
    ) throws(RequestRejection) -> (target: ParsedRequest.Target, authority: Authority?) {
        let range = line.target
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            return (.path(range.lowerBound..<line.pathEnd, query: line.pathEnd..<range.upperBound), nil)
        }
        let method = bytes.extracting(line.method)
        if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
            guard ASCII.isSame(method, "OPTIONS") else { throw .malformed("The target * is for OPTIONS alone.") }
            return (.asterisk, nil)
        }
        if ASCII.isSame(method, "CONNECT") {
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

    /// Why a target has characters that none may have; nil where it has not.
    static func rejection(ofCharactersIn range: Range<Int>, of bytes: Span<UInt8>) -> RequestRejection? {
        for index in range {
            let byte = bytes[index]
            guard byte.isVisibleASCII, byte != UInt8(ascii: "#") else {
                return .malformed("The target contains a character that must be percent-encoded.")
            }
            if byte == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, bytes[index + 1].hexadecimalDigit != nil,
                    bytes[index + 2].hexadecimalDigit != nil
                else { return .malformed("The target contains a broken percent escape.") }
            }
        }
        return nil
    }

    private static func pathAndQuery(_ range: Range<Int>, in bytes: Span<UInt8>) -> ParsedRequest.Target {
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
