import CZMQ

/// A socket that can keep the last message alone; see ``SocketOptionNames/conflate``.
public protocol ConflatingSocket: Socket {}

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
    public var conflate: SocketOption<Bool> { .init(ZMQ_CONFLATE, .bool, default: false) }
}

/// A socket that can tell a ``Router`` of itself before it has anything to say; see
/// ``SocketOptionNames/probesRouter``.
public protocol ProbingSocket: Socket {}

extension Request: ProbingSocket {}
extension Dealer: ProbingSocket {}
extension Router: ProbingSocket {}

extension SocketOptionNames where S: ProbingSocket {
    /// Whether an empty message is sent over each new connection, so that a ``Router`` at the other end learns of this
    /// peer at once (`ZMQ_PROBE_ROUTER`). Default false. Peers of other types must not be sent one. libzmq does not give
    /// it back: reading it throws.
    public var probesRouter: SocketOption<Bool> { .init(ZMQ_PROBE_ROUTER, .bool, default: false) }
}

/// A socket that names the peer of each message in its first frame.
public protocol NamingSocket: SendingSocket, ReceivingSocket {}

extension Router: NamingSocket {}
extension Stream: NamingSocket {}

extension NamingSocket {
    /// Connects to an endpoint and names the peer, so that it can be sent to at once (`ZMQ_CONNECT_ROUTING_ID` and
    /// `zmq_connect` in one step).
    ///
    /// - Parameters:
    ///   - endpoint: as for ``Socket/connect(_:)``.
    ///   - routingID: 1 to 255 bytes, of which the first is not zero. A socket gives a name once. Peers that name
    ///     themselves, by their option `routingID`, must have other names than those given here: libzmq ends
    ///     the process when it meets the same name twice.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for a routing id that is not like that, `.unsupported` with
    ///   ``SocketOptionNames/immediate``, and as ``Socket/connect(_:)``.
    public func connect(_ endpoint: String, as routingID: Message) throws(ZMQError) {
        func refusal(_ code: ZMQError.Code, _ remedy: String) -> ZMQError {
            ZMQError(code: code, operation: "connect", endpoint: endpoint, remedy: remedy)
        }
        let startsWithZero = unsafe routingID.withUnsafeBytes { unsafe $0.first == 0 }
        guard (1...255).contains(routingID.count), !startsWithZero else {
            throw refusal(.invalidArgument, "a routing id has 1 to 255 bytes, and the first is not zero")
        }
        try core.withSocket("connect", attachedTo: endpoint) { socket throws(ZMQError) in
            guard try !socket.get(SocketOptionNames<Self>().immediate) else {
                throw refusal(.unsupported, "with the option immediate, a peer has no name before it is connected")
            }
            guard core.givenNames.withLock({ $0.insert(routingID).inserted }) else {
                throw refusal(.invalidArgument, "the name \(routingID) was given before")
            }
            try socket.set(Self.connectRoutingID, to: routingID)
            try socket.connect(endpoint)
        }
    }

    // No public option: set apart from its connect, it would name another connection.
    private static var connectRoutingID: SocketOption<Message> {
        .init(ZMQ_CONNECT_ROUTING_ID, .bytes, default: "", .always)
    }
}

extension SocketOptionNames where S == Router {
    /// Whether peers are plain TCP connections without ZeroMQ's framing (`ZMQ_ROUTER_RAW`). Default false. ``Stream`` is
    /// the socket for that; libzmq keeps this for old programs. It does not give it back: reading it throws.
    public var raw: SocketOption<Bool> { .init(ZMQ_ROUTER_RAW, .bool, default: false) }
}

extension SocketOptionNames where S == Stream {
    /// Whether a new and a lost connection arrive as a message with an empty second frame (`ZMQ_STREAM_NOTIFY`). Default
    /// true. libzmq does not give it back: reading it throws.
    public var notifies: SocketOption<Bool> { .init(ZMQ_STREAM_NOTIFY, .bool, default: true) }
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
    /// The end of a subscription is still told only when it was the last to its prefix: ``verboser`` tells each. Setting
    /// one replaces what the other was set to. libzmq does not give it back: reading it throws.
    public var verbose: SocketOption<Bool> { .init(ZMQ_XPUB_VERBOSE, .bool, default: false, .always) }

    /// Whether a subscription takes effect only when the program says so (`ZMQ_XPUB_MANUAL`). Default false.
    ///
    /// After each notice that it receives, the program calls ``XPublisher/subscribePeer(to:)`` or
    /// ``XPublisher/unsubscribePeer(from:)`` with the prefix that the notice's sender is to have, the one in the notice or
    /// another. libzmq does not give it back: reading it throws.
    public var manual: SocketOption<Bool> { .init(ZMQ_XPUB_MANUAL, .bool, default: false, .always) }

    /// A message that each new subscriber is sent first, if its filters let it through (`ZMQ_XPUB_WELCOME_MSG`); nil, the
    /// default, for none. It has one frame, and leaves when this socket next sends or receives. libzmq does not give it
    /// back: reading it throws.
    public var welcomeMessage: SocketOption<Message?> {
        .init(ZMQ_XPUB_WELCOME_MSG, .optionalMessage, default: nil, .always)
    }
}

extension XPublisher {
    /// Gives a prefix to the subscriber whose notice was received last (`ZMQ_SUBSCRIBE`).
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` unless ``SocketOptionNames/manual`` is on, `.closed` or
    ///   `.terminated`.
    public func subscribePeer(to prefix: Message) throws(ZMQError) {
        try core.set(SubscriptionOption.subscribe, to: prefix)
    }

    /// Takes a prefix from the subscriber whose notice was received last (`ZMQ_UNSUBSCRIBE`).
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` unless ``SocketOptionNames/manual`` is on, `.closed` or
    ///   `.terminated`.
    public func unsubscribePeer(from prefix: Message) throws(ZMQError) {
        try core.set(SubscriptionOption.unsubscribe, to: prefix)
    }
}
