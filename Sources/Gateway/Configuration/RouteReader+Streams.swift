import SystemSupport
import Yams

extension RouteReader {
    /// The endpoints of a key: one, or a list of them.
    mutating func endpoints(_ name: String, _ key: Node, _ value: Node, for use: EndpointText.Use) -> [String] {
        let example = "tcp://127.0.0.1:5556"
        var endpoints: [String] = []
        for node in members(of: value) {
            let endpoint = one(name, key, node, example: example) { (text) throws(SettingError) in
                try Self.endpoint(text, for: use)
            }
            guard let endpoint else { continue }
            if endpoints.contains(endpoint) {
                note(node, "\(name) '\(endpoint)': it stands there twice; leave one of the two out")
            } else {
                endpoints.append(endpoint)
            }
        }
        if endpoints.isEmpty, problems.isEmpty {
            note(key, "\(name) of a route is one endpoint or a list of them; write \(name): \(example)")
        }
        return endpoints
    }

    private static func endpoint(_ value: SettingText, for use: EndpointText.Use) throws(SettingError) -> String {
        if use == .connecting, value.text.hasPrefix("tcp://*:") || value.text.hasPrefix("tcp://0.0.0.0:") {
            throw value.error(
                "the gateway connects to a publisher; name the host where it is, such as tcp://127.0.0.1:5556")
        }
        guard EndpointText.isWellFormed(value.text, for: use) else { throw value.error(EndpointText.remedy) }
        return value.text
    }

    /// The origins of a route: one, or a list of them.
    mutating func origins(_ key: Node, _ value: Node) -> [String] {
        let origins = members(of: value).compactMap { node in
            one("origins", key, node, example: "[https://example.com]") { (text) throws(SettingError) in
                try Self.origin(text)
            }
        }
        if origins.isEmpty, problems.isEmpty {
            note(
                key,
                "origins of a route is a list of at least one; write origins: [https://example.com], or leave it out")
        }
        return origins
    }

    /// An origin as a browser sends it (RFC 6454, section 6.2).
    private static func origin(_ value: SettingText) throws(SettingError) -> String {
        let remedy =
            "an origin is a scheme, a host and, if it is not the scheme's own, a port, such as https://example.com"
        for scheme in ["http://", "https://"] where value.text.lowercased().hasPrefix(scheme) {
            let bytes = Array(value.text.dropFirst(scheme.count).utf8)
            guard RequestTarget.Authority(bytes.indices, in: bytes.span) != nil else { break }
            return value.text.lowercased()
        }
        throw value.error(remedy)
    }

    /// The members of a list; a value alone is one, too.
    private func members(of value: Node) -> [Node] {
        if case .sequence(let sequence) = value { return Array(sequence) }
        return [value]
    }
}
