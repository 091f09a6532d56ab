/// What has passed through a ``Proxy`` since it was made.
public struct ProxyStatistics: Hashable, Sendable {
    /// Messages and their size.
    public struct Traffic: Hashable, Sendable {
        /// Whole messages, of any number of frames. C counts frames.
        public internal(set) var messages = 0
        /// The bytes of all their frames.
        public internal(set) var bytes = 0

        /// No traffic.
        public init() {}
    }

    /// What has passed through one of the two sockets.
    public struct Side: Hashable, Sendable {
        /// What was taken from the socket.
        public internal(set) var received = Traffic()
        /// What was given to the socket.
        public internal(set) var sent = Traffic()

        /// No traffic.
        public init() {}
    }

    /// The socket that was given as `frontend` or `from`.
    public internal(set) var frontend = Side()

    /// The socket that was given as `backend` or `to`.
    public internal(set) var backend = Side()

    /// Messages that were dropped because they were for a peer of a ``Router`` that is gone, where
    /// ``SocketOptionNames/isMandatory`` is on. Without it libzmq drops them and nobody counts.
    public internal(set) var undeliverable = 0

    /// The figures of a proxy through which nothing has passed.
    public init() {}
}

extension ProxyStatistics.Traffic {
    mutating func add(_ message: Message) {
        messages += 1
        bytes += message.byteCount
    }
}
