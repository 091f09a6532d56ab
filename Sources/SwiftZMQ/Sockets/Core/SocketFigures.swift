/// What has passed through a socket since it was made. See ``Socket/figures``.
///
/// The counts are always kept, as each costs less than a nanosecond. Reading them takes the socket's lock once and does not
/// touch libzmq.
public struct SocketFigures: Hashable, Sendable {
    /// The messages that `send` has accepted, whether or not a peer has them yet.
    public internal(set) var sentMessages = 0
    /// The bytes of those messages, without what the protocol adds.
    public internal(set) var sentBytes = 0
    /// The messages that were received.
    public internal(set) var receivedMessages = 0
    /// The bytes of those messages, without what the protocol adds.
    public internal(set) var receivedBytes = 0
    /// How often a send or a receive could not be done at once: its task was suspended, or its thread blocked.
    public internal(set) var waits = 0
    /// The connections that exist now, as counted from ``Socket/events``; nil while nobody reads those, as libzmq itself
    /// keeps no count.
    public internal(set) var connections: Int?

    init() {}

    /// A number that changes with every send, receive and wait.
    var operations: Int { sentMessages &+ receivedMessages &+ waits }
}

extension Socket {
    /// What has passed through this socket since it was made. It may be read at any time, after the socket's end too.
    ///
    /// ```swift
    /// let figures = push.figures
    /// print("\(figures.sentMessages) messages, \(figures.sentBytes) bytes, \(figures.waits) waits for room")
    /// ```
    ///
    /// What C's proxy passes on is not counted, as that happens inside libzmq: see ``Proxy``. A forked child sees the counts
    /// as they were at the fork.
    public var figures: SocketFigures { core.figures }
}
