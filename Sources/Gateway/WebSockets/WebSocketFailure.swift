/// Why a client's bytes are no WebSocket's, and with what code it is told so.
struct WebSocketFailure: Error, Hashable {
    let code: WebSocketCloseCode
    let reason: String

    static func protocolError(_ reason: String) -> Self { Self(code: .protocolError, reason: reason) }
}
