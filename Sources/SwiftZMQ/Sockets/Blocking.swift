/// A socket's blocking operations, for programs that give messaging threads of its own.
///
/// They block the calling thread, and so do not compile in asynchronous code: there, they could take all of the few
/// threads that every task of the process runs on.
///
/// ```swift
/// let pull = try Pull(context)
/// try pull.bind("tcp://127.0.0.1:5557")
/// Thread.detachNewThread {
///     while let task = try? pull.blocking.receive() { work(on: task) }
/// }
/// ```
public struct Blocking<S: Socket>: Sendable {
    let handle: SocketHandle
}

extension Socket {
    /// The operations of this socket that block a thread.
    public var blocking: Blocking<Self> { Blocking(handle: handle) }
}

extension Blocking where S: ReceivingSocket {
    /// Receives a message, blocking until there is one.
    ///
    /// Threads and tasks that receive from one socket are served first come, first served.
    ///
    /// - Throws: ``ZMQError`` with `.closed`, `.terminated` or `.wrongState`.
    @available(*, noasync, message: "use receive(timeout:) of the socket itself")
    public func receive() throws(ZMQError) -> Multipart {
        defer { withExtendedLifetime(handle) {} }
        while true {
            if let message = try handle.core.receiveBlocking(timeout: nil) { return message }
        }
    }

    /// Receives a message, blocking for no longer than a time.
    ///
    /// - Throws: ``ZMQError`` with `.again` when the timeout passed, `.closed`, `.terminated` or `.wrongState`.
    @available(*, noasync, message: "use receive(timeout:) of the socket itself")
    public func receive(timeout: Duration) throws(ZMQError) -> Multipart {
        defer { withExtendedLifetime(handle) {} }
        guard let message = try handle.core.receiveBlocking(timeout: timeout) else {
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
    public func receive(timeout: Duration?, orUntilReadable interruption: Int32) throws(ZMQError) -> Multipart? {
        defer { withExtendedLifetime(handle) {} }
        return try handle.core.receiveBlocking(timeout: timeout, interruption: interruption)
    }
}

extension Blocking where S: SendingSocket {
    /// Sends one frame, blocking until there is room.
    ///
    /// - Throws: ``ZMQError`` with `.closed`, `.terminated`, `.wrongState` or `.hostUnreachable`.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ frame: Message) throws(ZMQError) {
        try send(Multipart(frame))
    }

    /// Sends a message of any number of frames as a whole, blocking until there is room.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ message: Multipart) throws(ZMQError) {
        defer { withExtendedLifetime(handle) {} }
        while try !handle.core.sendBlocking(message, timeout: nil) {}
    }

    /// Sends a message of any number of frames as a whole, blocking for no longer than a time.
    ///
    /// - Throws: ``ZMQError`` with `.again` when the timeout passed, `.closed`, `.terminated`, `.wrongState` or
    ///   `.hostUnreachable`.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ message: Multipart, timeout: Duration) throws(ZMQError) {
        defer { withExtendedLifetime(handle) {} }
        guard try handle.core.sendBlocking(message, timeout: timeout) else { throw SocketCore.timeout("send") }
    }
}
