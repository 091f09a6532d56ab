package import SwiftZMQ

/// A message that the broker wants sent to a worker through the ROUTER socket.
package struct Delivery: Sendable {
    /// The message, with the worker's routing id in front.
    package let message: Message
    /// The request it carries, nil for every other command.
    package let request: RequestID?
    /// Where the worker is kept, -1 for a DISCONNECT, after which it is not kept any more.
    let worker: Int
    /// Where the request is kept, -1 for every other command.
    let slot: Int
    /// Whether it waits, and what follows of its kind behind it, where the worker's pipe is full.
    package let isKept: Bool
    /// The place of the request whose client's message or CANCEL it is, -1 for every other.
    let sender: Int
    /// Of a CANCEL, the number of the delivery that took its request to the worker; 0 for every other.
    let cancelled: UInt64
    /// Numbers all deliveries in their order; never used twice.
    let sequence: UInt64
}

extension Delivery {
    init(message: Message, request: RequestID?, worker: Int, slot: Int, sequence: UInt64) {
        self.init(
            message: message, request: request, worker: worker, slot: slot, isKept: false, sender: -1, cancelled: 0,
            sequence: sequence)
    }

    init(
        routingID: Frame, frames: Message, request: RequestID?, worker: Int, slot: Int, isKept: Bool = false,
        sender: Int = -1, cancelled: UInt64 = 0, sequence: UInt64
    ) {
        self.init(
            message: Message(routingID, followedBy: frames), request: request, worker: worker, slot: slot,
            isKept: isKept, sender: sender, cancelled: cancelled, sequence: sequence)
    }

    /// The worker's routing id.
    package var routingID: Frame { message.first ?? Frame() }

    /// The frames behind the routing id.
    package var frames: Message { Message(message.dropFirst()) }
}

/// Why a message could not be sent to a worker.
package enum DeliveryFailure: Sendable, Hashable {
    /// There is no such peer any more (`EHOSTUNREACH`).
    case unreachable
    /// The peer's pipe is full (`EAGAIN`).
    case full
}
