/// The names of the options that an endpoint can have of its own. See ``EndpointOptions`` for how they are used.
///
/// They are those that libzmq copies into what it makes for an endpoint, and that can be set back: not the high-water marks,
/// which change the queues of all peers, and not what the socket itself looks at.
public struct EndpointOptionNames<S: Socket>: Sendable {
    let socket = SocketOptionNames<S>()

    init() {}
}

extension EndpointOptionNames {
    /// See ``SocketOptionNames/affinity``.
    public var affinity: EndpointOption<UInt64> { .init(socket.affinity) }

    /// See ``SocketOptionNames/backlog``. For `bind` alone.
    public var backlog: EndpointOption<Int> { .init(socket.backlog, .bind) }

    /// See ``SocketOptionNames/boundDevice``.
    public var boundDevice: EndpointOption<String?> { .init(socket.boundDevice) }

    /// See ``SocketOptionNames/connectTimeout``. For `connect` alone.
    public var connectTimeout: EndpointOption<Duration?> { .init(socket.connectTimeout, .connect) }

    /// See ``SocketOptionNames/handshakeInterval``.
    public var handshakeInterval: EndpointOption<Duration?> { .init(socket.handshakeInterval) }

    /// See ``SocketOptionNames/heartbeatInterval``.
    public var heartbeatInterval: EndpointOption<Duration?> { .init(socket.heartbeatInterval) }

    /// See ``SocketOptionNames/heartbeatTimeToLive``.
    public var heartbeatTimeToLive: EndpointOption<Duration?> { .init(socket.heartbeatTimeToLive) }

    /// See ``SocketOptionNames/listeningDescriptor``. For `bind` alone.
    public var listeningDescriptor: EndpointOption<Int?> { .init(socket.listeningDescriptor, .bind) }

    /// See ``SocketOptionNames/maxMessageSize``.
    public var maxMessageSize: EndpointOption<Int?> { .init(socket.maxMessageSize) }

    /// See ``SocketOptionNames/maxReconnectInterval``. For `connect` alone.
    public var maxReconnectInterval: EndpointOption<Duration?> { .init(socket.maxReconnectInterval, .connect) }

    /// See ``SocketOptionNames/receiveBuffer``.
    public var receiveBuffer: EndpointOption<Int?> { .init(socket.receiveBuffer) }

    /// See ``SocketOptionNames/reconnectInterval``. For `connect` alone.
    public var reconnectInterval: EndpointOption<Duration?> { .init(socket.reconnectInterval, .connect) }

    /// See ``SocketOptionNames/sendBuffer``.
    public var sendBuffer: EndpointOption<Int?> { .init(socket.sendBuffer) }

    /// See ``SocketOptionNames/socksProxy``. For `connect` alone.
    public var socksProxy: EndpointOption<String?> { .init(socket.socksProxy, .connect) }

    /// See ``SocketOptionNames/tcpKeepAliveCount``.
    public var tcpKeepAliveCount: EndpointOption<Int?> { .init(socket.tcpKeepAliveCount) }

    /// See ``SocketOptionNames/tcpKeepAliveIdle``.
    public var tcpKeepAliveIdle: EndpointOption<Duration?> { .init(socket.tcpKeepAliveIdle) }

    /// See ``SocketOptionNames/tcpKeepAliveInterval``.
    public var tcpKeepAliveInterval: EndpointOption<Duration?> { .init(socket.tcpKeepAliveInterval) }

    /// See ``SocketOptionNames/tcpMaxRetransmitTimeout``.
    public var tcpMaxRetransmitTimeout: EndpointOption<Duration?> { .init(socket.tcpMaxRetransmitTimeout) }

    /// See ``SocketOptionNames/typeOfService``.
    public var typeOfService: EndpointOption<Int> { .init(socket.typeOfService) }

    /// See ``SocketOptionNames/usesIPv6``.
    public var usesIPv6: EndpointOption<Bool> { .init(socket.usesIPv6) }

    /// See ``SocketOptionNames/usesTCPKeepAlive``.
    public var usesTCPKeepAlive: EndpointOption<Bool?> { .init(socket.usesTCPKeepAlive) }
}

// MARK: - Security

extension EndpointOptionNames {
    /// See ``SocketOptionNames/curvePublicKey``.
    public var curvePublicKey: EndpointOption<CurveKey?> { .init(socket.curvePublicKey) }

    /// See ``SocketOptionNames/curveSecretKey``.
    public var curveSecretKey: EndpointOption<CurveSecretKey?> { .init(socket.curveSecretKey) }

    /// See ``SocketOptionNames/curveServerKey``.
    public var curveServerKey: EndpointOption<CurveKey?> { .init(socket.curveServerKey) }

    /// See ``SocketOptionNames/enforcesZAPDomain``.
    public var enforcesZAPDomain: EndpointOption<Bool> { .init(socket.enforcesZAPDomain) }

    /// See ``SocketOptionNames/isCurveServer``.
    public var isCurveServer: EndpointOption<Bool> { .init(socket.isCurveServer) }

    /// See ``SocketOptionNames/isPlainServer``.
    public var isPlainServer: EndpointOption<Bool> { .init(socket.isPlainServer) }

    /// See ``SocketOptionNames/plainPassword``.
    public var plainPassword: EndpointOption<String?> { .init(socket.plainPassword) }

    /// See ``SocketOptionNames/plainUsername``.
    public var plainUsername: EndpointOption<String?> { .init(socket.plainUsername) }

    /// See ``SocketOptionNames/zapDomain``.
    public var zapDomain: EndpointOption<String?> { .init(socket.zapDomain) }
}

extension EndpointOptionNames where S: MulticastSocket {
    /// See ``SocketOptionNames/multicastHops``.
    public var multicastHops: EndpointOption<Int> { .init(socket.multicastHops) }

    /// See ``SocketOptionNames/multicastMaxPacketSize``.
    public var multicastMaxPacketSize: EndpointOption<Int> { .init(socket.multicastMaxPacketSize) }

    /// See ``SocketOptionNames/multicastRate``.
    public var multicastRate: EndpointOption<Int> { .init(socket.multicastRate) }

    /// See ``SocketOptionNames/multicastRecoveryInterval``.
    public var multicastRecoveryInterval: EndpointOption<Duration> { .init(socket.multicastRecoveryInterval) }
}
