extension Request {
    /// Sends a request and receives its reply, as one step.
    ///
    /// Tasks that ask through one socket at the same time take turns, first come, first served. After a timeout or a
    /// cancellation the socket can ask again, and a late reply is dropped. With ``SocketOptionNames/isRelaxed`` off, libzmq
    /// refuses the next request until that reply has come. Do not call `send` or `receive` while another task asks.
    ///
    /// - Parameters:
    ///   - frames: the request.
    ///   - timeout: how long the whole may take, the wait for the turn included; nil, the default, for as long as it takes.
    /// - Returns: the reply.
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.closed`, `.terminated`, or `.wrongState`.
    ///   `CancellationError` at once when the task is cancelled.
    public nonisolated(nonsending) func request(
        _ frames: Message, timeout: Duration? = nil
    ) async throws -> Message {
        let deadline = timeout.map { Moment.now + $0 }
        let lock = core.turnLock
        try await lock?.lock(until: deadline)
        defer { lock?.unlock() }
        try await send(frames, timeout: deadline.map { Swift.max($0 - .now, .zero) })
        return try await receive(timeout: deadline.map { Swift.max($0 - .now, .zero) })
    }

    /// Sends a request of one frame and receives its reply, as one step. See ``request(_:timeout:)-(Message,_)``.
    public nonisolated(nonsending) func request(_ frame: Frame, timeout: Duration? = nil) async throws -> Message {
        try await request(Message(frame), timeout: timeout)
    }
}
