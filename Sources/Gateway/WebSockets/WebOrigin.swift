import NIOCore
import WorkerProtocol

/// Where a page comes from, as its browser says (RFC 6454).
struct WebOrigin: Equatable {
    private let scheme: String
    private let host: String
    private let port: Int

    /// Reads an origin, such as `https://example.com`; nil where the text is none, such as `null`.
    init?(_ text: String) {
        let text = text.lowercased()
        guard let end = text.firstRange(of: "://") else { return nil }
        self.init(scheme: String(text[..<end.lowerBound]), authority: String(text[end.upperBound...]))
    }

    /// - Parameter authority: a host, and the port where it is not that of the scheme.
    private init?(scheme: String, authority: String) {
        let bytes = Array(authority.lowercased().utf8)
        guard let parsed = RequestTarget.Authority(bytes.indices, in: bytes.span) else { return nil }
        self.scheme = scheme
        host = String(decoding: bytes[parsed.host], as: UTF8.self)
        port = parsed.port ?? (scheme == "https" ? 443 : 80)
    }

    /// Whether a page may open a WebSocket with a request (RFC 6455, section 10.2): any program that is no browser, pages
    /// of the gateway's own origin, and those of origins that are named.
    ///
    /// - Parameters:
    ///   - named: the origins that are named.
    ///   - scheme: that of the connection.
    ///   - isTrustedProxy: whether it comes from a proxy, whose word on the scheme and the host is believed.
    static func allows(
        _ request: borrowing ParsedRequest, _ named: [String], scheme: String, isTrustedProxy: Bool
    ) -> Bool {
        var origins: [String] = []
        var (ownScheme, host) = (scheme, "")
        var (forwardedScheme, forwardedHost): (String?, String?)
        for field in request.fields {
            switch field.meaning {
            case .origin: origins.append(request.text(field.value))
            case .host: host = request.text(field.value)
            case .forwardedProto: forwardedScheme = forwardedScheme ?? request.text(field.value)
            case .forwardedHost: forwardedHost = forwardedHost ?? request.text(field.value)
            default: break
            }
        }
        guard let text = origins.first else { return true }
        guard origins.count == 1, let origin = WebOrigin(text) else { return false }
        if isTrustedProxy {
            ownScheme = forwardedScheme.map { Self.scheme(ofPages: first(of: $0).lowercased()) } ?? ownScheme
            host = forwardedHost.map(first) ?? host
        }
        return origin == WebOrigin(scheme: ownScheme, authority: host) || named.contains { WebOrigin($0) == origin }
    }

    /// The scheme of the pages that open WebSockets with a scheme, as which some proxies name what they were asked for.
    private static func scheme(ofPages scheme: String) -> String {
        switch scheme {
        case "wss": "https"
        case "ws": "http"
        default: scheme
        }
    }

    /// The first member of a list, which is what the client said to the first proxy.
    private static func first(of list: String) -> String {
        String(list.prefix { $0 != "," }.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
    }
}
