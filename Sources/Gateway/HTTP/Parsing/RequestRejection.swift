/// Why a request is refused before it reaches the broker.
struct RequestRejection: Error, Hashable {
    /// The code, which decides the status.
    var failure: GatewayFailure
    /// One sentence for the client; never repeats what the client sent.
    var detail: String
    /// The methods for an `allow` field.
    var allow: [String]?
    /// Whether the version of the WebSocket protocol is told that is spoken here.
    var namesWebSocketVersion: Bool

    init(
        _ failure: GatewayFailure, _ detail: String, allow: [String]? = nil, namesWebSocketVersion: Bool = false
    ) {
        self.failure = failure
        self.detail = detail
        self.allow = allow
        self.namesWebSocketVersion = namesWebSocketVersion || failure == .upgradeRequired
    }

    /// A request that breaks the grammar or the framing rules of HTTP.
    static func malformed(_ detail: String) -> RequestRejection { RequestRejection(.badRequest, detail) }
}
