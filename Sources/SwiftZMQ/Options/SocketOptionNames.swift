import CZMQ

/// The names of the options of a socket type. See ``SocketOption`` for how they are used.
public struct SocketOptionNames<S: Socket> {
    init() {}
}

// One line adds an option; the constraint of its extension says which socket types have it.

extension SocketOptionNames {
    /// How long a closed socket goes on sending what it still holds (`ZMQ_LINGER`); nil for as long as it takes.
    ///
    /// Default 10 seconds, where libzmq waits for ever: a program whose peer is gone can then always end.
    public var linger: SocketOption<Duration?> {
        .init(ZMQ_LINGER, .optionalMilliseconds, default: .seconds(10), .always)
    }

    /// The longest message accepted, in bytes (`ZMQ_MAXMSGSIZE`); a peer that sends a longer one is disconnected.
    /// Default nil, no limit. The handshake counts, too: below some 300 bytes no connection comes about.
    public var maxMessageSize: SocketOption<Int?> { .init(ZMQ_MAXMSGSIZE, .optionalBytes, default: nil) }

    /// The kernel's send buffer, in bytes (`ZMQ_SNDBUF`); nil, the default, leaves it to the system.
    public var sendBuffer: SocketOption<Int?> { .init(ZMQ_SNDBUF, .optionalInt, default: nil) }

    /// The kernel's receive buffer, in bytes (`ZMQ_RCVBUF`); nil, the default, leaves it to the system.
    public var receiveBuffer: SocketOption<Int?> { .init(ZMQ_RCVBUF, .optionalInt, default: nil) }

    /// Connections that wait to be accepted (`ZMQ_BACKLOG`). Default 100.
    public var backlog: SocketOption<Int> { .init(ZMQ_BACKLOG, .int, default: 100) }

    /// The pause before a lost connection is made again (`ZMQ_RECONNECT_IVL`); nil for never. Default 100 ms.
    public var reconnectInterval: SocketOption<Duration?> {
        .init(ZMQ_RECONNECT_IVL, .optionalMilliseconds, default: .milliseconds(100))
    }

    /// The pause up to which the reconnect interval doubles (`ZMQ_RECONNECT_IVL_MAX`); zero, the default, for none.
    public var maxReconnectInterval: SocketOption<Duration> {
        .init(ZMQ_RECONNECT_IVL_MAX, .milliseconds, default: .zero)
    }

    /// How long a connection may take to be made (`ZMQ_CONNECT_TIMEOUT`); zero, the default, for the system's limit.
    public var connectTimeout: SocketOption<Duration> { .init(ZMQ_CONNECT_TIMEOUT, .milliseconds, default: .zero) }

    /// How long a peer's ZMTP handshake may take (`ZMQ_HANDSHAKE_IVL`). Default 30 seconds.
    public var handshakeInterval: SocketOption<Duration> {
        .init(ZMQ_HANDSHAKE_IVL, .milliseconds, default: .seconds(30))
    }

    /// How often ZMTP heartbeats are sent (`ZMQ_HEARTBEAT_IVL`); zero, the default, for never.
    public var heartbeatInterval: SocketOption<Duration> { .init(ZMQ_HEARTBEAT_IVL, .milliseconds, default: .zero) }

    /// How long to wait for the answer to a heartbeat before the connection is given up (`ZMQ_HEARTBEAT_TIMEOUT`);
    /// nil, the default, which cannot be set again, for the heartbeat interval.
    public var heartbeatTimeout: SocketOption<Duration?> {
        .init(ZMQ_HEARTBEAT_TIMEOUT, .optionalMilliseconds, default: nil)
    }

    /// How long the peer is to wait for traffic before it gives the connection up (`ZMQ_HEARTBEAT_TTL`), in steps of
    /// 100 ms; zero, the default, for ever.
    public var heartbeatTimeToLive: SocketOption<Duration> { .init(ZMQ_HEARTBEAT_TTL, .milliseconds, default: .zero) }

    /// Whether the system looks after connections on which nothing moves (`ZMQ_TCP_KEEPALIVE`); nil, the default, as it
    /// does by itself. It finds peers whose machine is gone, and leaves alone those that are slow.
    public var tcpKeepAlive: SocketOption<Bool?> { .init(ZMQ_TCP_KEEPALIVE, .optionalBool, default: nil) }

    /// How long nothing moves before a connection is looked after (`ZMQ_TCP_KEEPALIVE_IDLE`), in whole seconds; nil, the
    /// default, leaves it to the system.
    public var tcpKeepAliveIdle: SocketOption<Duration?> {
        .init(ZMQ_TCP_KEEPALIVE_IDLE, .optionalSeconds, default: nil)
    }

    /// The time between two looks (`ZMQ_TCP_KEEPALIVE_INTVL`), in whole seconds; nil, the default, leaves it to the
    /// system.
    public var tcpKeepAliveInterval: SocketOption<Duration?> {
        .init(ZMQ_TCP_KEEPALIVE_INTVL, .optionalSeconds, default: nil)
    }

    /// The unanswered looks after which a connection is given up (`ZMQ_TCP_KEEPALIVE_CNT`); nil, the default, leaves it
    /// to the system.
    public var tcpKeepAliveCount: SocketOption<Int?> { .init(ZMQ_TCP_KEEPALIVE_CNT, .optionalInt, default: nil) }

    /// Whether messages are queued only for connections that have been made (`ZMQ_IMMEDIATE`). Default false.
    public var immediate: SocketOption<Bool> { .init(ZMQ_IMMEDIATE, .bool, default: false) }

    /// Whether IPv6 addresses are used, too (`ZMQ_IPV6`). Default false.
    public var ipv6: SocketOption<Bool> { .init(ZMQ_IPV6, .bool, default: false) }
}

extension SocketOptionNames where S: SendingSocket {
    /// The most messages that wait for one peer (`ZMQ_SNDHWM`); 0 for no limit. Default 1000.
    public var sendHighWaterMark: SocketOption<Int> { .init(ZMQ_SNDHWM, .int, default: 1000) }
}

extension SocketOptionNames where S: ReceivingSocket {
    /// The most messages of one peer that wait to be received (`ZMQ_RCVHWM`); 0 for no limit. Default 1000.
    public var receiveHighWaterMark: SocketOption<Int> { .init(ZMQ_RCVHWM, .int, default: 1000) }
}

extension SocketOptionNames where S == Request {
    /// Whether each request carries a number that its reply must bear (`ZMQ_REQ_CORRELATE`).
    ///
    /// Default true, unlike libzmq: the number is an envelope frame, which every ``Reply`` and every ROUTER that follows
    /// RFC 28 returns. Turn it off for a peer that counts on the delimiter being the first frame.
    public var correlate: SocketOption<Bool> { .init(ZMQ_REQ_CORRELATE, .bool, default: true) }

    /// Whether a request may be sent before the last one's reply has come (`ZMQ_REQ_RELAXED`). Default true, unlike
    /// libzmq.
    public var relaxed: SocketOption<Bool> { .init(ZMQ_REQ_RELAXED, .bool, default: true) }

    /// The name by which a ``Router`` knows this socket, 1 to 255 bytes (`ZMQ_ROUTING_ID`). Empty, the default, lets
    /// the router choose.
    public var routingID: SocketOption<Message> { .init(ZMQ_ROUTING_ID, .bytes, default: "") }
}

extension SocketOptionNames where S == Dealer {
    /// The name by which a ``Router`` knows this socket, 1 to 255 bytes (`ZMQ_ROUTING_ID`). Empty, the default, lets
    /// the router choose.
    public var routingID: SocketOption<Message> { .init(ZMQ_ROUTING_ID, .bytes, default: "") }
}

extension SocketOptionNames where S == Router {
    /// The name by which another ``Router`` knows this socket, 1 to 255 bytes (`ZMQ_ROUTING_ID`). Empty, the default,
    /// lets the other choose.
    public var routingID: SocketOption<Message> { .init(ZMQ_ROUTING_ID, .bytes, default: "") }

    /// Whether sending to a peer that does not exist throws `.hostUnreachable` (`ZMQ_ROUTER_MANDATORY`), and to a full
    /// one waits, instead of the message being dropped. Default false.
    public var mandatory: SocketOption<Bool> { .init(ZMQ_ROUTER_MANDATORY, .bool, default: false, .always) }

    /// Whether a second peer of the same name takes the first one's place (`ZMQ_ROUTER_HANDOVER`). Default false: it is
    /// turned away.
    public var handover: SocketOption<Bool> { .init(ZMQ_ROUTER_HANDOVER, .bool, default: false, .always) }
}

/// A socket that sends to subscribers.
public protocol PublishingSocket: SendingSocket {}

extension Publisher: PublishingSocket {}
extension XPublisher: PublishingSocket {}

extension SocketOptionNames where S: PublishingSocket {
    /// Whether a send waits for a subscriber that is at its high-water mark, instead of dropping the message for it
    /// (`ZMQ_XPUB_NODROP`). Default false. libzmq does not give it
    /// back: reading it throws.
    public var noDrop: SocketOption<Bool> {
        .init(ZMQ_XPUB_NODROP, .bool, default: false, .always)
    }
}

extension SocketOptionNames where S == XPublisher {
    /// Whether every subscription and every end of one is received (`ZMQ_XPUB_VERBOSER`). Default false. libzmq does
    /// not give it back: reading it throws.
    public var verboser: SocketOption<Bool> { .init(ZMQ_XPUB_VERBOSER, .bool, default: false, .always) }
}
