import CZMQ

/// The names of the options of a socket type. See ``SocketOption`` for how they are used.
public struct SocketOptionNames<S: Socket>: Sendable {
    init() {}
}

// The constraint of an extension says which socket types have its options. CONTRIBUTING.md tells how to add one.

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

    /// The most connections that wait to be accepted (`ZMQ_BACKLOG`). Default 100.
    public var backlog: SocketOption<Int> { .init(ZMQ_BACKLOG, .int, default: 100) }

    /// The time before a lost connection is made again (`ZMQ_RECONNECT_IVL`); nil for never. Default 100 ms.
    public var reconnectInterval: SocketOption<Duration?> {
        .init(ZMQ_RECONNECT_IVL, .optionalMilliseconds, default: .milliseconds(100))
    }

    /// The time up to which the ``reconnectInterval`` doubles with each attempt (`ZMQ_RECONNECT_IVL_MAX`); nil, the
    /// default, keeps it the same.
    public var maxReconnectInterval: SocketOption<Duration?> {
        .init(ZMQ_RECONNECT_IVL_MAX, .positiveMilliseconds(), default: nil)
    }

    /// How long a connection may take to be made (`ZMQ_CONNECT_TIMEOUT`); nil, the default, for the system's limit.
    public var connectTimeout: SocketOption<Duration?> {
        .init(ZMQ_CONNECT_TIMEOUT, .positiveMilliseconds(), default: nil)
    }

    /// How long a peer's ZMTP handshake may take (`ZMQ_HANDSHAKE_IVL`); nil for as long as it takes. Default 30 seconds.
    public var handshakeInterval: SocketOption<Duration?> {
        .init(ZMQ_HANDSHAKE_IVL, .positiveMilliseconds(), default: .seconds(30))
    }

    /// How often ZMTP heartbeats are sent (`ZMQ_HEARTBEAT_IVL`); nil, the default, for never.
    public var heartbeatInterval: SocketOption<Duration?> {
        .init(ZMQ_HEARTBEAT_IVL, .positiveMilliseconds(), default: nil)
    }

    /// How long to wait for the answer to a heartbeat before the connection is given up (`ZMQ_HEARTBEAT_TIMEOUT`);
    /// nil, the default, which cannot be set again, for the heartbeat interval.
    public var heartbeatTimeout: SocketOption<Duration?> {
        .init(ZMQ_HEARTBEAT_TIMEOUT, .optionalMilliseconds, default: nil)
    }

    /// How long the peer is to wait for traffic before it gives the connection up (`ZMQ_HEARTBEAT_TTL`), rounded up to
    /// tenths of a second; nil, the default, for ever.
    public var heartbeatTimeToLive: SocketOption<Duration?> {
        .init(ZMQ_HEARTBEAT_TTL, .positiveMilliseconds(step: 100), default: nil)
    }

    /// Whether the system probes idle TCP connections (`ZMQ_TCP_KEEPALIVE`); nil, the default, as the system is configured.
    /// Probes find peers whose machine is gone, and leave alone those that are slow.
    public var usesTCPKeepAlive: SocketOption<Bool?> { .init(ZMQ_TCP_KEEPALIVE, .optionalBool, default: nil) }

    /// How long a connection is idle before it is probed (`ZMQ_TCP_KEEPALIVE_IDLE`), in whole seconds; nil, the default,
    /// leaves it to the system.
    public var tcpKeepAliveIdle: SocketOption<Duration?> {
        .init(ZMQ_TCP_KEEPALIVE_IDLE, .optionalSeconds, default: nil)
    }

    /// The time between two probes (`ZMQ_TCP_KEEPALIVE_INTVL`), in whole seconds; nil, the default, leaves it to the
    /// system.
    public var tcpKeepAliveInterval: SocketOption<Duration?> {
        .init(ZMQ_TCP_KEEPALIVE_INTVL, .optionalSeconds, default: nil)
    }

    /// The unanswered probes after which a connection is given up (`ZMQ_TCP_KEEPALIVE_CNT`); nil, the default, leaves it
    /// to the system.
    public var tcpKeepAliveCount: SocketOption<Int?> { .init(ZMQ_TCP_KEEPALIVE_CNT, .optionalInt, default: nil) }

    /// Whether messages are queued only for peers that are connected (`ZMQ_IMMEDIATE`). Default false: they are also queued
    /// for an endpoint that was connected to and where nobody answers yet.
    public var isImmediate: SocketOption<Bool> { .init(ZMQ_IMMEDIATE, .bool, default: false) }

    /// Whether IPv6 addresses can be used besides those of IPv4 (`ZMQ_IPV6`). Default false.
    public var usesIPv6: SocketOption<Bool> { .init(ZMQ_IPV6, .bool, default: false) }
}

extension SocketOptionNames where S: SendingSocket {
    /// The most messages that wait for one peer (`ZMQ_SNDHWM`); nil for no limit.
    ///
    /// Default 1000. For an ``XSubscriber``, whose subscriptions are messages to its publishers, no limit: libzmq drops
    /// those beyond the mark, also when it tells them to a publisher that came back.
    public var sendHighWaterMark: SocketOption<Int?> {
        .init(ZMQ_SNDHWM, .limit, default: S.self == XSubscriber.self ? nil : 1000)
    }
}

extension SocketOptionNames where S == Subscriber {
    /// The most subscriptions, and ends of subscriptions, that wait for one publisher (`ZMQ_SNDHWM`); nil for no limit.
    ///
    /// Default nil, unlike libzmq, which has 1000 and drops those beyond it, also when it tells all of them to a
    /// publisher that came back. With a limit there must be fewer topics than that.
    public var subscriptionHighWaterMark: SocketOption<Int?> { .init(ZMQ_SNDHWM, .limit, default: nil) }
}

extension SocketOptionNames where S: ReceivingSocket {
    /// The most messages of one peer that wait to be received (`ZMQ_RCVHWM`); nil for no limit. Default 1000.
    public var receiveHighWaterMark: SocketOption<Int?> { .init(ZMQ_RCVHWM, .limit, default: 1000) }
}

extension SocketOptionNames where S == Request {
    /// Whether each request carries a number that its reply must bear (`ZMQ_REQ_CORRELATE`).
    ///
    /// Default true, unlike libzmq: the number is an envelope frame, which every ``Reply`` and every ROUTER that follows
    /// RFC 28 returns. Turn it off for a peer that counts on the delimiter being the first frame.
    public var correlates: WriteOnlySocketOption<Bool> { .init(ZMQ_REQ_CORRELATE, .bool, default: true) }

    /// Whether a request may be sent before the last one's reply has come (`ZMQ_REQ_RELAXED`). Default true, unlike
    /// libzmq.
    public var isRelaxed: WriteOnlySocketOption<Bool> { .init(ZMQ_REQ_RELAXED, .bool, default: true) }

    /// The name by which a ``Router`` knows this socket, 1 to 255 bytes (`ZMQ_ROUTING_ID`). Empty, the default, lets
    /// the router choose.
    public var routingID: SocketOption<Frame> { .init(ZMQ_ROUTING_ID, .bytes, default: "") }
}

extension SocketOptionNames where S == Dealer {
    /// The name by which a ``Router`` knows this socket, 1 to 255 bytes (`ZMQ_ROUTING_ID`). Empty, the default, lets
    /// the router choose.
    public var routingID: SocketOption<Frame> { .init(ZMQ_ROUTING_ID, .bytes, default: "") }
}

extension SocketOptionNames where S == Router {
    /// The name by which another ``Router`` knows this socket, 1 to 255 bytes (`ZMQ_ROUTING_ID`). Empty, the default,
    /// lets the other choose.
    public var routingID: SocketOption<Frame> { .init(ZMQ_ROUTING_ID, .bytes, default: "") }

    /// Whether sending to a peer that does not exist throws `.hostUnreachable` (`ZMQ_ROUTER_MANDATORY`), and to a full
    /// one waits, instead of the message being dropped. Default false.
    public var isMandatory: WriteOnlySocketOption<Bool> { .init(ZMQ_ROUTER_MANDATORY, .bool, default: false, .always) }

    /// Whether a second peer of the same name takes the first one's place (`ZMQ_ROUTER_HANDOVER`). Default false: it is
    /// turned away.
    public var handsOver: WriteOnlySocketOption<Bool> { .init(ZMQ_ROUTER_HANDOVER, .bool, default: false, .always) }
}

/// A socket that sends to subscribers.
public protocol PublishingSocket: SendingSocket where _Seal._Publishing == Self {}

extension Publisher: PublishingSocket {}
extension XPublisher: PublishingSocket {}

extension SocketOptionNames where S: PublishingSocket {
    /// Whether a send waits for a subscriber that is at its high-water mark, instead of dropping the message for it
    /// (`ZMQ_XPUB_NODROP`). Default false.
    public var neverDrops: WriteOnlySocketOption<Bool> {
        .init(ZMQ_XPUB_NODROP, .bool, default: false, .always)
    }
}

extension SocketOptionNames where S == XPublisher {
    /// Whether every subscription and every end of one is received (`ZMQ_XPUB_VERBOSER`). Default false.
    public var isVerboser: WriteOnlySocketOption<Bool> { .init(ZMQ_XPUB_VERBOSER, .bool, default: false, .always) }
}
