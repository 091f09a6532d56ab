/// What can be sent as a whole: a message, or a frame that is a message by itself.
///
/// Both take one path, alone and many at once. It is generic, so that the compiler makes a version of it for each: most
/// messages are a single frame, which then need not be copied into a message first.
protocol Outgoing {
    /// The first frame, which names the peer where a socket sends to named peers.
    var firstFrame: Frame { get }
    var hasOneFrame: Bool { get }
    var byteCount: Int { get }
    /// The same as a message, for those who have to keep it.
    var message: Message { get }

    /// Gives it to a socket without waiting; false when there is no room.
    func send(through socket: RawSocket) throws(ZMQError) -> Bool

    /// Gives several to a socket without waiting, one after the other as long as there is room.
    ///
    /// - Returns: how many were given, and how many bytes those have.
    /// - Throws: what kept the first from being given.
    static func send(
        each elements: Span<Self>, through socket: RawSocket
    ) throws(ZMQError) -> (count: Int, bytes: Int)
}

extension Frame: Outgoing {
    var firstFrame: Frame { self }
    @inline(__always) var hasOneFrame: Bool { true }
    @inline(__always) var byteCount: Int { count }
    var message: Message { Message(self) }

    @inline(__always)
    func send(through socket: RawSocket) throws(ZMQError) -> Bool { try socket.sendFrame(self, hasMore: false) }

    @inline(__always)
    static func send(
        each frames: Span<Frame>, through socket: RawSocket
    ) throws(ZMQError) -> (count: Int, bytes: Int) { try socket.sendEach(frames) }
}

extension Message: Outgoing {
    var firstFrame: Frame { head }
    @inline(__always) var hasOneFrame: Bool { tail == nil }
    var message: Message { self }

    @inline(__always)
    func send(through socket: RawSocket) throws(ZMQError) -> Bool { try socket.send(self) }

    @inline(__always)
    static func send(
        each messages: Span<Message>, through socket: RawSocket
    ) throws(ZMQError) -> (count: Int, bytes: Int) { try socket.sendEach(messages) }
}
