import WorkerProtocol

/// Why a WebSocket ends (RFC 6455, section 7.4, and IANA's registry of close codes).
struct WebSocketCloseCode: Sendable, Hashable {
    let rawValue: UInt16

    /// The purpose is fulfilled.
    static let normal = Self(rawValue: 1000)
    /// One side leaves: a server that stops, a browser that shows another page.
    static let goingAway = Self(rawValue: 1001)
    /// A frame broke the rules.
    static let protocolError = Self(rawValue: 1002)
    /// A text was no UTF-8.
    static let invalidData = Self(rawValue: 1007)
    /// A message was larger than may be.
    static let messageTooBig = Self(rawValue: 1009)
    /// The server cannot go on.
    static let internalError = Self(rawValue: 1011)
    /// The server starts again, and the client may come back.
    static let serviceRestart = Self(rawValue: 1012)

    /// Whether a frame may carry it.
    var mayBeSent: Bool { WebSocketReply.mayBeSent(rawValue) }
}
