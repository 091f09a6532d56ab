import WorkerProtocol

extension FieldName {
    /// Whether a worker may say it to a client whose WebSocket it accepts: what belongs to the handshake, but for the
    /// subprotocol, is the gateway's, and the credit is for the gateway.
    var isForAcceptance: Bool {
        switch self {
        case .connection, .contentLength, .hopByHop, .requestID, .streamCredit, .transferEncoding, .upgrade, .webSocket,
            .webSocketAccept, .webSocketExtensions, .webSocketKey, .webSocketVersion:
            false
        default: true
        }
    }
}
