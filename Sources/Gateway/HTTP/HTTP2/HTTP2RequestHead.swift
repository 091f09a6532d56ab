import NIOCore
import NIOHPACK

/// Writes the fields of a request of HTTP/2 as the head that the same request has in HTTP/1.1, so that both are read and
/// checked by one parser.
///
/// What cannot be said in HTTP/1.1, or would be read as something else there, is malformed (RFC 9113, sections 8.1.1, 8.2
/// and 8.3); everything else is left to the parser.
struct HTTP2RequestHead {
    private var bytes: ByteBuffer
    private let defaultPort: Int
    private var method: String?
    private var path: String?
    private var scheme: String?
    private var authority: String?
    private var protocolName: String?
    private var cookies: String?
    private var isInFields = false
    private var hasHost = false
    private var hasHostField = false

    /// The head, and the protocol that an extended CONNECT asks for (RFC 8441), whose head is that of a GET; nil where the
    /// request is malformed.
    ///
    /// - Parameter defaultPort: which port is meant where an authority names none.
    static func read(_ fields: HPACKHeaders, defaultPort: Int) -> (head: ByteBuffer, protocolName: String?)? {
        var head = HTTP2RequestHead(capacity: 128 + 48 * fields.count, defaultPort: defaultPort)
        for (name, value, _) in fields {
            guard name.utf8.first == UInt8(ascii: ":") ? head.takePseudo(name, value) : head.take(name, value) else {
                return nil
            }
        }
        guard head.isInFields || head.begin() else { return nil }
        if let cookies = head.cookies { head.bytes.writeString("cookie: \(cookies)\r\n") }
        guard head.hasHost else { return nil }
        head.bytes.writeStaticString("\r\n")
        return (head.bytes, head.protocolName)
    }

    /// Whether a head has something in it that was not UTF-8, and that NIOHTTP2 could not keep: what the client meant is
    /// lost, and nothing else may reach a worker in its place. A character U+FFFD that the client sent looks the same.
    static func isGarbled(_ head: ByteBuffer) -> Bool {
        let bytes = head.readableBytesView
        var rest = bytes[...]
        while let index = rest.firstIndex(of: 0xEF) {
            rest = rest[index...]
            if rest.starts(with: "\u{FFFD}".utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Whether a field may stand in a request: a name in lower case, and a value that ends with itself.
    static func isGood(_ name: String, _ value: String) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isTokenByte && $0 == $0.lowercasedASCII }) else { return false }
        return isGood(value)
    }

    /// Whether a field belongs to a connection, which HTTP/2 has other means for (RFC 9113, section 8.2.2).
    static func isOfConnection(_ name: String, _ value: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": true
        case "te": value.lowercased() != "trailers"
        default: false
        }
    }

    private init(capacity: Int, defaultPort: Int) {
        bytes = ByteBufferAllocator().buffer(capacity: capacity)
        self.defaultPort = defaultPort
    }

    private static func isGood(_ value: String) -> Bool {
        let bytes = value.utf8
        guard let first = bytes.first, let last = bytes.last else { return true }
        guard !first.isBlank, !last.isBlank else { return false }
        for byte in bytes where byte == 0 || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") { return false }
        return true
    }

    private mutating func takePseudo(_ name: String, _ value: String) -> Bool {
        guard !isInFields, !value.isEmpty, Self.isGood(value) else { return false }
        switch name {
        case ":method": return Self.set(&method, value)
        case ":path": return Self.set(&path, value)
        case ":scheme": return Self.set(&scheme, value)
        case ":authority": return Self.set(&authority, value)
        case ":protocol": return Self.set(&protocolName, value)
        default: return false
        }
    }

    private static func set(_ part: inout String?, _ value: String) -> Bool {
        guard part == nil else { return false }
        part = value
        return true
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        guard isInFields || begin(), Self.isGood(name, value), !Self.isOfConnection(name, value) else { return false }
        switch name {
        case "cookie":
            // Clients send them one by one, as that compresses better (RFC 9113, section 8.2.3).
            cookies = cookies.map { "\($0); \(value)" } ?? value
            return true
        case "host" where authority != nil:
            // One that says the same again is left out; of several nobody knows which counts.
            defer { hasHostField = true }
            return !hasHostField && isSame(value)
        case "host":
            hasHost = true
        default: break
        }
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
        return true
    }

    /// Writes the first line, and the host where it is known.
    private mutating func begin() -> Bool {
        isInFields = true
        guard var method else { return false }
        let target: String
        if protocolName != nil {
            guard method == "CONNECT", authority != nil, let path, let scheme, Self.isScheme(scheme),
                path.utf8.first == UInt8(ascii: "/")
            else { return false }
            method = "GET"
            target = path
        } else if method == "CONNECT" {
            guard let authority, path == nil, scheme == nil else { return false }
            target = authority
        } else {
            guard let path, let scheme, Self.isScheme(scheme), path.utf8.first == UInt8(ascii: "/") || path == "*"
            else { return false }
            target = path
        }
        bytes.writeString(method)
        bytes.writeStaticString(" ")
        bytes.writeString(target)
        bytes.writeStaticString(" HTTP/1.1\r\n")
        guard let authority else { return true }
        guard Self.isAuthority(authority) else { return false }
        hasHost = true
        bytes.writeStaticString("host: ")
        bytes.writeString(authority)
        bytes.writeStaticString("\r\n")
        return true
    }

    private static func isScheme(_ scheme: String) -> Bool {
        var isFirst = true
        for byte in scheme.utf8 {
            guard byte.isLetter || !isFirst && (byte.isDigit || "+-.".utf8.contains(byte)) else { return false }
            isFirst = false
        }
        return true
    }

    private static func isAuthority(_ text: String) -> Bool {
        let buffer = ByteBuffer(string: text)
        return RequestTarget.Authority(0..<buffer.readableBytes, in: buffer.readableBytesUInt8Span) != nil
    }

    /// Whether a host field names what the authority names.
    private func isSame(_ host: String) -> Bool {
        guard let authority, authority != host else { return true }
        let both = ByteBuffer(string: authority + host)
        let span = both.readableBytesUInt8Span
        let length = authority.utf8.count
        guard let one = RequestTarget.Authority(0..<length, in: span),
            let other = RequestTarget.Authority(length..<span.count, in: span)
        else { return false }
        return one.isSame(as: other, in: span, defaultPort: defaultPort)
    }
}
