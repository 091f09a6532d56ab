extension Reply {
    /// The requests as they arrive, each with its answer to be given, until the socket is closed.
    ///
    /// ```swift
    /// for try await request in reply.requests {
    ///     try await request.reply("you said \(request.message)")
    /// }
    /// ```
    ///
    /// A ``Reply`` has one request at a time: the next is received when this one has been answered. Any task may answer it.
    /// If a request is let go of without an answer, the sequence throws ``ZMQError`` with `.wrongState`, as the peer would
    /// wait for ever. The sequence ends when the socket or its context is closed, and throws `CancellationError` when the
    /// task is cancelled. Do not call `receive` or `send` while a loop over it runs.
    public var requests: RequestSequence { RequestSequence(socket: self) }
}

/// The requests that arrive at a ``Reply``. See ``Reply/requests``.
public struct RequestSequence: AsyncSequence, Sendable {
    let socket: Reply

    /// Begins to receive.
    public func makeAsyncIterator() -> Iterator { Iterator(socket: socket) }

    /// Receives one request after another.
    public struct Iterator: AsyncIteratorProtocol {
        let socket: Reply

        /// The next request, once the one before has been answered; nil when the socket or its context has been closed.
        public nonisolated(nonsending) mutating func next(
            isolation actor: (any Actor)?
        ) async throws -> ReceivedRequest? {
            let lock = socket.core.turnLock
            try await lock?.lock(until: nil)
            do {
                guard let message = try await socket.handle.waitForNext() else {
                    lock?.unlock()
                    return nil
                }
                return ReceivedRequest(message, at: socket, releasing: lock)
            } catch let error as ZMQError where error.code == .wrongState {
                lock?.unlock()
                throw ZMQError(
                    code: .wrongState, operation: "receive", explanation: "the request before was not answered")
            } catch {
                lock?.unlock()
                throw error
            }
        }

        /// The next request, once the one before has been answered; nil when the socket or its context has been closed.
        public mutating func next() async throws -> ReceivedRequest? {
            try await next(isolation: #isolation)
        }
    }
}
