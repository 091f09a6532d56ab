/// The messages that arrive at a socket. See ``ReceivingSocket/messages``.
public struct MessageSequence: AsyncSequence, Sendable {
    let handle: SocketHandle

    /// Begins to receive.
    public func makeAsyncIterator() -> Iterator {
        Iterator(handle: handle)
    }

    /// Receives one message after another.
    public struct Iterator: AsyncIteratorProtocol {
        let handle: SocketHandle

        /// The next message; nil when the socket or its context has been closed.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Multipart? {
            defer { withExtendedLifetime(handle) {} }
            do {
                return try await handle.core.receive(timeout: nil)
            } catch let error as ZMQError where error.code == .closed || error.code == .terminated {
                return nil
            }
        }

        /// The next message; nil when the socket or its context has been closed.
        public mutating func next() async throws -> Multipart? {
            try await next(isolation: #isolation)
        }
    }
}
