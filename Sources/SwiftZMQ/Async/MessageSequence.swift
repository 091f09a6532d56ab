/// The messages that arrive at a socket. See ``ReceivingSocket/messages``.
public struct MessageSequence: AsyncSequence, Sendable {
    @usableFromInline let handle: SocketHandle

    init(handle: SocketHandle) {
        self.handle = handle
    }

    /// Begins to receive.
    @inlinable
    public func makeAsyncIterator() -> Iterator {
        Iterator(handle: handle)
    }

    /// Receives one message after another.
    public struct Iterator: AsyncIteratorProtocol {
        @usableFromInline let handle: SocketHandle

        @usableFromInline
        init(handle: SocketHandle) {
            self.handle = handle
        }

        /// The next message; nil when the socket or its context has been closed.
        @inlinable
        public nonisolated(nonsending) mutating func next(isolation actor: (any Actor)?) async throws -> Message? {
            // Isolated to the caller, whoever that is: isolation to `actor` would change executors in each call.
            var message = Message()
            do throws(ZMQError) {
                if try handle.receiveWithinBudget(into: &message) { return message }
            } catch {
                // Met again, and told apart from the end, where one waits.
            }
            return try await handle.waitForNext()
        }

        /// The next message; nil when the socket or its context has been closed.
        public mutating func next() async throws -> Message? {
            try await next(isolation: #isolation)
        }
    }
}
