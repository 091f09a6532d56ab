/// A socket that can send.
public protocol SendingSocket: Socket {}

extension SendingSocket {
    /// Sends one frame, waiting for room if there is none (`zmq_msg_send`).
    ///
    /// It returns when the message is in the socket's queue, which is not when a peer has it. At the high-water mark,
    /// or while there is no peer, it suspends; several senders are served first come, first served. A ``Publisher``
    /// never waits: what a slow or missing subscriber cannot take is dropped.
    ///
    /// - Parameters:
    ///   - frame: what is sent.
    ///   - timeout: how long to wait for room; nil, the default, for as long as it takes.
    /// - Throws: `CancellationError` at once when the task is cancelled while it waits, and then nothing was sent; a task
    ///   that never has to wait learns of its cancellation within 128 operations. ``ZMQError`` with
    ///   `.again` when the timeout passed, `.closed`, `.terminated`, `.wrongState`, or `.hostUnreachable`.
    @inlinable
    public nonisolated(nonsending) func send(_ frame: Message, timeout: Duration? = nil) async throws {
        let handle = handle
        if try handle.giveWithinStreak(frame) { return }
        try await handle.waitToSend(Multipart(frame), timeout: timeout)
    }

    /// Sends a message of any number of frames as a whole. See ``send(_:timeout:)-(Message,_)``.
    @inlinable
    public nonisolated(nonsending) func send(_ message: Multipart, timeout: Duration? = nil) async throws {
        let handle = handle
        if try handle.giveWithinStreak(message) { return }
        try await handle.waitToSend(message, timeout: timeout)
    }

    /// Sends one frame if that is possible without waiting.
    ///
    /// - Returns: false, and nothing was sent, when there is no room or others wait for it.
    public func trySend(_ frame: Message) throws(ZMQError) -> Bool {
        try handle.giveNow(frame)
    }

    /// Sends a message of any number of frames if that is possible without waiting.
    ///
    /// - Returns: false, and nothing was sent, when there is no room or others wait for it.
    public func trySend(_ message: Multipart) throws(ZMQError) -> Bool {
        try handle.giveNow(message)
    }
}
