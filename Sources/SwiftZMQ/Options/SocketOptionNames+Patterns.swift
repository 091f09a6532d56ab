import CZMQ

/// A socket that can keep the last message alone; see ``SocketOptionNames/conflates``.
public protocol ConflatingSocket: Socket where _Seal._Conflating == Self {}

extension Push: ConflatingSocket {}
extension Pull: ConflatingSocket {}
extension Publisher: ConflatingSocket {}
extension Subscriber: ConflatingSocket {}
extension Dealer: ConflatingSocket {}

extension SocketOptionNames where S: ConflatingSocket {
    /// Whether each queue keeps one message only, the last (`ZMQ_CONFLATE`). Default false.
    ///
    /// The high-water marks are not heeded then, and messages must have one frame: libzmq would keep the last frame of
    /// another.
    public var conflates: SocketOption<Bool> { .init(ZMQ_CONFLATE, .bool, default: false) }
}

/// A socket that can tell a ``Router`` of itself before it has anything to say; see
/// ``SocketOptionNames/probesRouter``.
public protocol ProbingSocket: Socket where _Seal._Probing == Self {}

extension Request: ProbingSocket {}
extension Dealer: ProbingSocket {}
extension Router: ProbingSocket {}

extension SocketOptionNames where S: ProbingSocket {
    /// Whether an empty message is sent over each new connection, so that a ``Router`` at the other end learns of this
    /// peer at once (`ZMQ_PROBE_ROUTER`). Default false. Peers of other types must not be sent one.
    public var probesRouter: WriteOnlySocketOption<Bool> { .init(ZMQ_PROBE_ROUTER, .bool, default: false) }
}

extension SocketOptionNames where S == Router {
    /// Whether peers are plain TCP connections without ZeroMQ's framing (`ZMQ_ROUTER_RAW`). Default false. ``Stream`` is
    /// the socket for that; libzmq keeps this for old programs.
    public var isRaw: WriteOnlySocketOption<Bool> { .init(ZMQ_ROUTER_RAW, .bool, default: false) }
}

extension SocketOptionNames where S == Stream {
    /// Whether a new and a lost connection arrive as a message with an empty second frame (`ZMQ_STREAM_NOTIFY`). Default
    /// true.
    public var notifies: WriteOnlySocketOption<Bool> { .init(ZMQ_STREAM_NOTIFY, .bool, default: true) }
}

extension SocketOptionNames where S: PublishingSocket {
    /// Whether a message goes to those subscribers whose filters do not match it (`ZMQ_INVERT_MATCHING`). Default false.
    /// Each ``Subscriber`` connected must have it on, too.
    public var invertsMatching: SocketOption<Bool> { .init(ZMQ_INVERT_MATCHING, .bool, default: false) }
}

extension SocketOptionNames where S == Subscriber {
    /// Whether those messages are received that no filter matches (`ZMQ_INVERT_MATCHING`). Default false. The
    /// ``Publisher`` must have it on, too.
    public var invertsMatching: SocketOption<Bool> { .init(ZMQ_INVERT_MATCHING, .bool, default: false) }
}

extension SocketOptionNames where S == XPublisher {
    /// Whether every subscription is received, and not only the first to each prefix (`ZMQ_XPUB_VERBOSE`). Default false.
    /// The end of a subscription is still told only when it was the last to its prefix: ``isVerboser`` tells each. Setting
    /// one replaces what the other was set to.
    public var isVerbose: WriteOnlySocketOption<Bool> { .init(ZMQ_XPUB_VERBOSE, .bool, default: false, .always) }

    /// Whether a subscription takes effect only when the program says so (`ZMQ_XPUB_MANUAL`). Default false.
    ///
    /// After each notice that it receives, the program calls ``XPublisher/subscribePeer(to:)`` or
    /// ``XPublisher/unsubscribePeer(from:)`` with the prefix that the notice's sender is to have, the one in the notice or
    /// another.
    public var isManual: WriteOnlySocketOption<Bool> { .init(ZMQ_XPUB_MANUAL, .bool, default: false, .always) }

    /// A message that each new subscriber is sent first, if its filters let it through (`ZMQ_XPUB_WELCOME_MSG`); nil, the
    /// default, for none. It has one frame, and leaves when this socket next sends or receives.
    public var welcomeMessage: WriteOnlySocketOption<Frame?> {
        .init(ZMQ_XPUB_WELCOME_MSG, .optionalMessage, default: nil, .always)
    }
}

extension XPublisher {
    /// Gives a prefix to the subscriber whose notice was received last (`ZMQ_SUBSCRIBE`).
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` unless ``SocketOptionNames/isManual`` is on, `.closed` or
    ///   `.terminated`.
    public func subscribePeer(to prefix: Frame) throws(ZMQError) {
        try core.set(SubscriptionOption.subscribe, to: prefix, for: "subscribe a peer")
    }

    /// Takes a prefix from the subscriber whose notice was received last (`ZMQ_UNSUBSCRIBE`).
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` unless ``SocketOptionNames/isManual`` is on, `.closed` or
    ///   `.terminated`.
    public func unsubscribePeer(from prefix: Frame) throws(ZMQError) {
        try core.set(SubscriptionOption.unsubscribe, to: prefix, for: "unsubscribe a peer")
    }
}
