/// A socket that can receive.
public protocol ReceivingSocket: Socket where _Seal._Receiving == Self {}

extension ReceivingSocket {
    /// Receives a message with all its frames, waiting for one if there is none (`zmq_msg_recv`).
    ///
    /// Those who wait are served first come, first served. A message is taken from the socket only for a receiver that
    /// gets it, so that neither a cancellation nor a timeout loses one.
    ///
    /// - Parameter timeout: how long to wait; nil, the default, for as long as it takes.
    /// - Throws: `CancellationError` at once when the task is cancelled while it waits; a task that never has to wait
    ///   learns of its cancellation within 128 operations. ``ZMQError`` with `.timedOut` when the timeout
    ///   passed, `.closed`, `.terminated`, or `.wrongState`.
    @inlinable
    public nonisolated(nonsending) func receive(timeout: Duration? = nil) async throws -> Message {
        let handle = handle
        var message = Message()
        if try handle.receiveWithinBudget(into: &message) { return message }
        return try await handle.waitToReceive(timeout: timeout)
    }

    /// Receives a message if one is there and nobody waits for it; nil otherwise.
    public func tryReceive() throws(ZMQError) -> Message? {
        try handle.tryReceive()
    }

    /// The messages as they arrive, until the socket is closed.
    ///
    /// The sequence ends when the socket or its context is closed, throws `CancellationError` when the task is
    /// cancelled, and throws ``ZMQError`` on any other failure. Several loops over one socket share its messages.
    public var messages: MessageSequence { MessageSequence(handle: handle) }
}
