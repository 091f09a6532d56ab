public import SwiftZMQ

/// What the gateway says to a worker.
///
/// The frames are those on the wire. A REQ socket adds and removes the empty first frame of its dialect by itself;
/// a DEALER does not.
public enum GatewayCommand: Sendable, Hashable {
    /// A request: its opaque id, which the reply has to repeat, and its frames, as a rule a head and a body. In the
    /// REQ dialect the id is empty.
    case request(id: Frame, BodyFrames)
    /// The gateway lives.
    case heartbeat
    /// The worker is to close its socket and to register anew on another.
    case disconnect
    /// Nobody waits for the reply any more; the worker may stop, and ends the request with a FINAL. Only with the
    /// property `cancel`.
    case cancel(id: Frame)
    /// The worker may send so many further bytes of the streamed reply. Only with the property `credit`.
    case credit(id: Frame, bytes: Int)
    /// What a WebSocket's client sent: the bytes of a message, or for `close` the code and the reason as on the wire
    /// (RFC 6455, section 5.5.1), or no bytes. Only with the property `websocket`.
    case message(id: Frame, kind: WebSocketMessageKind, data: Frame)
}
