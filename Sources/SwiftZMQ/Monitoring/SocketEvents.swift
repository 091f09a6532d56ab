/// What happens to the connections of a socket, as it happens. See ``Socket/events``.
public struct SocketEvents: AsyncSequence, Sendable {
    private let stream: AsyncStream<SocketEvent>

    init(_ stream: AsyncStream<SocketEvent>) {
        self.stream = stream
    }

    /// Begins to read the events.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: stream.makeAsyncIterator())
    }

    /// Reads one event after another.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: AsyncStream<SocketEvent>.Iterator

        /// The next event; nil after the last, or when the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> SocketEvent? {
            await base.next(isolation: actor)
        }

        /// The next event; nil after the last, or when the task is cancelled.
        public mutating func next() async -> SocketEvent? {
            await next(isolation: #isolation)
        }
    }
}

extension Socket {
    /// What happens to this socket's connections from now on (`zmq_socket_monitor`).
    ///
    /// ```swift
    /// let events = push.events
    /// try push.connect("tcp://127.0.0.1:5557")
    /// for await event in events {
    ///     if case .handshakeFailed(let reason) = event.kind { print(event.address, reason) }
    /// }
    /// ```
    ///
    /// Each use of this property makes one more observer, which gets all events from then on. They are kept until they are
    /// read, so that none is missed before the loop begins. Use one value for one loop. The socket is observed only as long
    /// as such a value exists, or ``connectAndWait(_:timeout:)`` needs it. That takes two of the context's `maxSockets` and
    /// two descriptors, however many values there are. It does not keep the socket open.
    ///
    /// The sequence ends with ``SocketEvent/Kind/monitorStopped`` when the socket or its context is closed, with
    /// ``SocketEvent/Kind/monitorFailed(_:)`` when the socket cannot be observed, and without either when the task is
    /// cancelled. There are events of connections over `tcp`, `ipc` and the like; none of those over `inproc`.
    public var events: SocketEvents { SocketEvents(core.makeEventStream()) }
}
