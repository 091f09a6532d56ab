/// What can be sent as a whole: a message, or a frame that is a message by itself.
///
/// Both take one path. It is generic, so that the compiler makes a version of it for each: most messages are a single frame,
/// which then need not be copied into a message first.
protocol Outgoing {
    /// The first frame, which names the peer where a socket sends to named peers.
    var firstFrame: Frame { get }
    var hasOneFrame: Bool { get }
    var byteCount: Int { get }
    /// The same as a message, for those who have to keep it.
    var message: Message { get }

    /// Gives it to a socket without waiting; false when there is no room.
    func send(through socket: RawSocket) throws(ZMQError) -> Bool
}

extension Frame: Outgoing {
    var firstFrame: Frame { self }
    @inline(__always) var hasOneFrame: Bool { true }
    @inline(__always) var byteCount: Int { count }
    var message: Message { Message(self) }

    @inline(__always)
    func send(through socket: RawSocket) throws(ZMQError) -> Bool { try socket.sendFrame(self, hasMore: false) }
}

extension Message: Outgoing {
    var firstFrame: Frame { head }
    @inline(__always) var hasOneFrame: Bool { tail == nil }
    var message: Message { self }

    @inline(__always)
    func send(through socket: RawSocket) throws(ZMQError) -> Bool { try socket.send(self) }
}

/// Many of one kind, to be sent one after the other.
enum OutgoingBatch {
    case frames([Frame])
    case messages([Message])

    var count: Int {
        switch self {
        case .frames(let frames): frames.count
        case .messages(let messages): messages.count
        }
    }

    /// One of them as a message.
    func message(at index: Int) -> Message {
        switch self {
        case .frames(let frames): Message(frames[index])
        case .messages(let messages): messages[index]
        }
    }
}
