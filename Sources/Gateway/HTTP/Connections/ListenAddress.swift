/// An address to listen on, such as `127.0.0.1:8080`, `[::1]:0` or `https://localhost:8443`.
public struct ListenAddress: Sendable, Hashable {
    /// What is spoken there.
    public enum Scheme: String, Sendable, Hashable, CaseIterable {
        /// HTTP on bare TCP.
        case http
        /// HTTP on TLS; ``GatewayConfiguration/tls`` says with which certificate.
        case https
    }

    /// A host name or an address, an IPv6 address without brackets.
    public var host: String
    /// The port; 0 lets the system pick one.
    public var port: Int
    /// What is spoken there; default HTTP on bare TCP.
    public var scheme: Scheme

    /// Makes an address from its parts.
    public init(host: String, port: Int, scheme: Scheme = .http) {
        self.host = host
        self.port = port
        self.scheme = scheme
    }

    /// Reads `HOST:PORT`, `http://HOST:PORT` or `https://HOST:PORT`; nil where the text is anything else.
    public init?(_ text: String) {
        var rest = text[...]
        var scheme = Scheme.http
        if let named = Scheme.allCases.first(where: { text.hasPrefix("\($0.rawValue)://") }) {
            scheme = named
            rest = rest.dropFirst(named.rawValue.count + 3)
        }
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        let digits = rest[rest.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit), let port = Int(digits), port <= 65535 else {
            return nil
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port, scheme: scheme)
    }

    /// The address with its scheme, as a client is told it.
    public var url: String { "\(scheme.rawValue)://\(hostAndPort)" }

    private var hostAndPort: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension ListenAddress: CustomStringConvertible {
    /// The address as it is read, an IPv6 address in brackets, and `https` with its scheme.
    public var description: String { scheme == .http ? hostAndPort : url }
}
