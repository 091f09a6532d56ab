/// A socket that can send.
public protocol SendingSocket: Socket where _Seal._Sending == Self {}

extension SendingSocket {
    /// Sends one frame, waiting for room if there is none (`zmq_msg_send`).
    ///
    /// It returns when the message is in the socket's queue; a peer may get it much later, or never. At the high-water
    /// mark, and while there is no peer, it suspends. Those who wait are served first come, first served. A ``Publisher``
    /// never waits: what a slow or missing subscriber cannot take is dropped.
    ///
    /// - Parameters:
    ///   - frame: what is sent.
    ///   - timeout: how long to wait for room; nil, the default, for as long as it takes.
    /// - Throws: `CancellationError` at once when the task is cancelled while it waits, and then nothing was sent; a task
    ///   that never has to wait learns of its cancellation within 128 operations. ``ZMQError`` with
    ///   `.timedOut` when the timeout passed, `.closed`, `.terminated`, `.wrongState`, or `.hostUnreachable`.
    @inlinable
    public nonisolated(nonsending) func send(_ frame: Frame, timeout: Duration? = nil) async throws {
        let handle = handle
        if try handle.sendWithinBudget(frame) { return }
        try await handle.waitToSend(Message(frame), timeout: timeout)
    }

    /// Sends a message of any number of frames as a whole. See ``send(_:timeout:)-(Frame,_)``.
    @inlinable
    public nonisolated(nonsending) func send(_ message: Message, timeout: Duration? = nil) async throws {
        let handle = handle
        if try handle.sendWithinBudget(message) { return }
        try await handle.waitToSend(message, timeout: timeout)
    }

    /// Sends one frame if that is possible without waiting.
    ///
    /// - Returns: false, and nothing was sent, when there is no room or others wait for it.
    public func trySend(_ frame: Frame) throws(ZMQError) -> Bool {
        try handle.trySend(frame)
    }

    /// Sends a message of any number of frames if that is possible without waiting.
    ///
    /// - Returns: false, and nothing was sent, when there is no room or others wait for it.
    public func trySend(_ message: Message) throws(ZMQError) -> Bool {
        try handle.trySend(message)
    }
}
