extension Socket {
    /// Closes the socket, if it is open, and returns when libzmq has let go of it: its endpoints can be bound again, and
    /// what was sent has left, or its ``SocketOptionNames/linger`` period is over.
    ///
    /// ```swift
    /// try await pull.closed()
    /// try Pull(context).bind(endpoint)  // at once
    /// ```
    ///
    /// ``close()`` returns before that, while libzmq's threads are still at work. Any number of tasks may call this, at the
    /// same time or later; all of them return when the socket is gone. A context's shutdown counts as well.
    ///
    /// Call it instead of ``close()``, and not after it: libzmq reports the end of a socket only if it was asked before the
    /// socket was closed. Until then this takes two of the context's `maxSockets` and two descriptors.
    ///
    /// If a blocking proxy uses the socket, it is closed when the proxy returns, and this waits for that.
    ///
    /// - Throws: ``ZMQError`` with `.closed` when the socket was closed by ``close()`` before; `.tooManySockets` when the
    ///   two sockets or descriptors cannot be had, and then the socket is closed all the same; `.wrongState` in a forked
    ///   child.
    ///   `CancellationError` at once when the task is cancelled; the socket is closed all the same.
    public nonisolated(nonsending) func closed() async throws {
        defer { withExtendedLifetime(self) {} }
        try await core.waitUntilGone()
    }
}

extension SocketCore {
    /// Closes the socket and suspends until libzmq has let go of it.
    fileprivate nonisolated(nonsending) func waitUntilGone() async throws {
        let operation = "await the end of a \(kind.name) socket"
        try origin.require(operation)
        let end = try state.withLock { state throws(ZMQError) -> SocketEnd? in
            if let end = state.end { return end }
            guard case .closed(let reason) = state.life else {
                let end = SocketEnd()
                state.end = end
                return end
            }
            guard reason != .terminated else { return nil }
            throw ZMQError(
                code: .closed, operation: operation,
                explanation: "it was closed before: libzmq tells the end to who calls closed() in the place of close()")
        }
        close(because: .closed)
        if let end {
            try await end.wait()
        } else {
            await context.shutdown()
        }
    }
}
