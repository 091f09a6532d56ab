/// A socket's blocking operations, for programs that give messaging threads of its own.
///
/// They block the calling thread. Therefore they do not compile in asynchronous code: all tasks of the process share a few
/// threads, and blocked tasks could take all of them.
///
/// ```swift
/// let pull = try Pull(context)
/// try pull.bind("tcp://127.0.0.1:5557")
/// Thread.detachNewThread {
///     while let task = try? pull.blocking.receive() { work(on: task) }
/// }
/// ```
public struct Blocking<S: Socket>: Sendable {
    @usableFromInline let handle: SocketHandle

    @inlinable
    init(handle: SocketHandle) {
        self.handle = handle
    }
}

extension Socket {
    /// The operations of this socket that block a thread.
    @inlinable
    public var blocking: Blocking<Self> { Blocking(handle: handle) }
}

extension Blocking where S: ReceivingSocket {
    /// Receives a message, blocking until there is one.
    ///
    /// Threads and tasks that receive from one socket are served first come, first served.
    ///
    /// - Throws: ``ZMQError`` with `.closed`, `.terminated` or `.wrongState`.
    @available(*, noasync, message: "use receive(timeout:) of the socket itself")
    @inlinable
    public func receive() throws(ZMQError) -> Message {
        var message = Message()
        try handle.receiveBlocking(into: &message)
        return message
    }

    /// Receives a message, blocking for no longer than a time.
    ///
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.closed`, `.terminated` or `.wrongState`.
    @available(*, noasync, message: "use receive(timeout:) of the socket itself")
    public func receive(timeout: Duration?) throws(ZMQError) -> Message {
        guard let timeout else { return try receive() }
        guard let message = try handle.blockToReceive(timeout: timeout, interruption: -1) else {
            throw SocketCore.timeout("receive")
        }
        return message
    }

    /// Receives a message, blocking until there is one, a time has passed, or a descriptor is readable.
    ///
    /// - Parameters:
    ///   - timeout: how long to block; nil for as long as it takes.
    ///   - interruption: a descriptor of the caller's, which stays open meanwhile and is not read from.
    /// - Returns: nil when there was no message when the wait ended.
    @available(*, noasync, message: "use receive(timeout:) of the socket itself")
    public func receive(timeout: Duration?, orUntilReadable interruption: Int32) throws(ZMQError) -> Message? {
        try handle.blockToReceive(timeout: timeout, interruption: interruption)
    }
}

extension Blocking where S: SendingSocket {
    /// Sends one frame, blocking until there is room.
    ///
    /// - Throws: ``ZMQError`` with `.closed`, `.terminated`, `.wrongState` or `.hostUnreachable`.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    @inlinable
    public func send(_ frame: Frame) throws(ZMQError) {
        if try handle.trySend(frame) { return }
        try handle.blockToSend(Message(frame))
    }

    /// Sends a message of any number of frames as a whole, blocking until there is room.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    @inlinable
    public func send(_ message: Message) throws(ZMQError) {
        if try handle.trySend(message) { return }
        try handle.blockToSend(message)
    }

    /// Sends one frame, blocking for no longer than a time. See ``send(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ frame: Frame, timeout: Duration?) throws(ZMQError) {
        try send(Message(frame), timeout: timeout)
    }

    /// Sends a message of any number of frames as a whole, blocking for no longer than a time.
    ///
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.closed`, `.terminated`, `.wrongState` or
    ///   `.hostUnreachable`.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ message: Message, timeout: Duration?) throws(ZMQError) {
        guard let timeout else { return try send(message) }
        guard try handle.blockToSend(message, timeout: timeout) else { throw SocketCore.timeout("send") }
    }
}

extension Blocking where S == Request {
    /// Sends a request and receives its reply, as one step, blocking meanwhile.
    ///
    /// After a timeout the socket can ask again, and a late reply is dropped. For one thread at a time: give other threads a
    /// socket of their own.
    ///
    /// - Parameters:
    ///   - frames: the request.
    ///   - timeout: how long the whole may take; nil, the default, for as long as it takes.
    /// - Returns: the reply.
    /// - Throws: ``ZMQError`` with `.timedOut` when the timeout passed, `.closed`, `.terminated` or `.wrongState`.
    @available(*, noasync, message: "use request(_:timeout:) of the socket itself")
    public func request(_ frames: Message, timeout: Duration? = nil) throws(ZMQError) -> Message {
        guard let timeout else {
            try send(frames)
            return try receive()
        }
        let deadline = Moment.now + timeout
        try send(frames, timeout: Swift.max(timeout, .zero))
        return try receive(timeout: Swift.max(deadline - .now, .zero))
    }

    /// Sends a request of one frame and receives its reply, as one step. See ``request(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use request(_:timeout:) of the socket itself")
    public func request(_ frame: Frame, timeout: Duration? = nil) throws(ZMQError) -> Message {
        try request(Message(frame), timeout: timeout)
    }
}
