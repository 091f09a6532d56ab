public import SwiftZMQ

/// A message that the broker wants sent to a worker through the ROUTER socket.
public struct Delivery: Sendable {
    /// The worker's routing id.
    public let routingID: Message
    /// The frames behind the routing id.
    public let frames: Multipart
    /// The request it carries, nil for every other command.
    public let request: RequestID?
    /// Where the worker is kept, -1 for a DISCONNECT, after which it is not kept any more.
    let worker: Int
    /// Where the request is kept, -1 for every other command.
    let slot: Int
    /// Numbers all deliveries in their order; never used twice.
    let sequence: UInt64
}

/// Why a message could not be sent to a worker.
public enum DeliveryFailure: Sendable, Hashable {
    /// There is no such peer any more (`EHOSTUNREACH`).
    case unreachable
    /// The peer's pipe is full (`EAGAIN`).
    case full
}
