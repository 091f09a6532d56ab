extension Request {
    /// Sends a request and receives its reply, as one step.
    ///
    /// Tasks that ask through one socket at the same time take turns, first come, first served. After a timeout or a
    /// cancellation the socket can ask again, and a reply that comes late is dropped; with ``SocketOptionNames/relaxed``
    /// off, libzmq refuses the next request until it has come. Do not call `send` or `receive` while another task asks.
    ///
    /// - Parameters:
    ///   - frames: the request.
    ///   - timeout: how long the whole may take, the wait for the turn included; nil, the default, for as long as it takes.
    /// - Returns: the reply.
    /// - Throws: ``ZMQError`` with `.again` when the timeout passed, `.closed`, `.terminated`, or `.wrongState`.
    ///   `CancellationError` at once when the task is cancelled.
    public nonisolated(nonsending) func request(
        _ frames: Multipart, timeout: Duration? = nil
    ) async throws -> Multipart {
        let deadline = timeout.map { Moment.now + $0 }
        let turns = core.turns
        try await turns?.take(until: deadline)
        defer { turns?.give() }
        try await send(frames, timeout: deadline.map { Swift.max($0 - .now, .zero) })
        return try await receive(timeout: deadline.map { Swift.max($0 - .now, .zero) })
    }

    /// Sends a request of one frame and receives its reply, as one step. See ``request(_:timeout:)-(Multipart,_)``.
    public nonisolated(nonsending) func request(_ frame: Message, timeout: Duration? = nil) async throws -> Multipart {
        try await request(Multipart(frame), timeout: timeout)
    }
}
