public import SwiftZMQ

/// What a worker says to the gateway.
///
/// The frames are those on the wire. A REQ socket adds and removes the empty first frame of its dialect by itself;
/// a DEALER does not.
public enum WorkerCommand: Sendable, Hashable {
    /// Registers the worker for a service.
    case ready(service: String, WorkerProperties)
    /// A piece of a streamed reply; the first one carries the head too. Only in MDP/0.2.
    case partial(request: Frame, BodyFrames)
    /// A whole reply or the last piece of a streamed one. MDP/0.1 calls it REPLY.
    ///
    /// Every request is ended by exactly one, also after CANCEL, unless ``abort(request:reason:)`` ends it. In the REQ
    /// dialect `request` is empty.
    case final(request: Frame, BodyFrames)
    /// The gateway may send so many further bytes of what a WebSocket's client sent. Only with the property `websocket`.
    case credit(request: Frame, bytes: Int)
    /// The worker lives.
    case heartbeat
    /// The worker goes away.
    case disconnect
    /// The worker wants no further requests, finishes what it has, and disconnects. Only with the property `drain`.
    case drain
    /// The worker cannot finish this reply, and says why in a few words for the log. Before the first piece the client
    /// gets an error, after it the response is cut, so that it does not look complete. Only in MDP/0.2.
    case abort(request: Frame, reason: Frame)
}
