import CZMQ

extension SocketOptionNames {
    /// Which of the context's input/output threads serve the connections (`ZMQ_AFFINITY`): bit 0 stands for the first
    /// thread, bit 1 for the second, and so on. 0, the default, spreads them over all.
    public var affinity: SocketOption<UInt64> { .init(ZMQ_AFFINITY, .bitmap, default: 0) }

    /// The type of service in the header of IP packets, 0 to 255 (`ZMQ_TOS`). Default 0.
    public var typeOfService: SocketOption<Int> { .init(ZMQ_TOS, .int(in: 0...255), default: 0) }

    /// How long sent data may stay unacknowledged before a TCP connection is given up (`ZMQ_TCP_MAXRT`), where the system
    /// can do that; nil, the default, for the system's limit.
    public var tcpMaxRetransmitTimeout: SocketOption<Duration?> {
        .init(ZMQ_TCP_MAXRT, .positiveMilliseconds(), default: nil)
    }

    /// The `HOST:PORT` of a SOCKS5 proxy through which TCP connections are made (`ZMQ_SOCKS_PROXY`); nil, the default,
    /// for none. The proxy resolves host names. libzmq 4.3.4 ends the process when a socket is closed after its proxy has
    /// refused a connection.
    public var socksProxy: SocketOption<String?> { .init(ZMQ_SOCKS_PROXY, .optionalText(capacity: 1024), default: nil) }

    /// The network interface or VRF whose packets alone are taken (`ZMQ_BINDTODEVICE`), at most 15 bytes; nil, the
    /// default, for all. Needs the privilege `CAP_NET_RAW`: without it, binding and connecting fail.
    public var boundDevice: SocketOption<String?> {
        .init(ZMQ_BINDTODEVICE, .optionalText(capacity: 16), default: nil)
    }

    /// A descriptor that is bound and listens already, such as one that systemd hands over, to be used by the next `bind`
    /// to `tcp` or `ipc` (`ZMQ_USE_FD`); nil, the default, for a new one. The socket closes it. A descriptor that does not
    /// listen is refused.
    public var listeningDescriptor: SocketOption<Int?> { .init(ZMQ_USE_FD, .listeningDescriptor, default: nil) }

    /// The buffer of a VMCI connection, in bytes (`ZMQ_VMCI_BUFFER_SIZE`); nil, the default, leaves it to the system.
    /// `.unsupported` without ``Capability/vmci``.
    public var vmciBufferSize: WriteOnlySocketOption<Int?> {
        .init(ZMQ_VMCI_BUFFER_SIZE, .positiveBytes, default: nil, needs: "vmci")
    }

    /// The least to which a VMCI connection's buffer may shrink, in bytes (`ZMQ_VMCI_BUFFER_MIN_SIZE`); nil, the default,
    /// leaves it to the system. `.unsupported` without ``Capability/vmci``.
    public var vmciBufferMinSize: WriteOnlySocketOption<Int?> {
        .init(ZMQ_VMCI_BUFFER_MIN_SIZE, .positiveBytes, default: nil, needs: "vmci")
    }

    /// The most to which a VMCI connection's buffer may grow, in bytes (`ZMQ_VMCI_BUFFER_MAX_SIZE`); nil, the default,
    /// leaves it to the system. `.unsupported` without ``Capability/vmci``.
    public var vmciBufferMaxSize: WriteOnlySocketOption<Int?> {
        .init(ZMQ_VMCI_BUFFER_MAX_SIZE, .positiveBytes, default: nil, needs: "vmci")
    }

    /// How long a VMCI connection may take to be made (`ZMQ_VMCI_CONNECT_TIMEOUT`); nil, the default, leaves it to the
    /// system. `.unsupported` without ``Capability/vmci``.
    public var vmciConnectTimeout: WriteOnlySocketOption<Duration?> {
        .init(ZMQ_VMCI_CONNECT_TIMEOUT, .optionalMilliseconds, default: nil, needs: "vmci")
    }
}

/// A socket that can use multicast transports: those that publish and those that subscribe.
public protocol MulticastSocket: Socket where _Seal._Multicasting == Self {}

extension Publisher: MulticastSocket {}
extension XPublisher: MulticastSocket {}
extension Subscriber: MulticastSocket {}
extension XSubscriber: MulticastSocket {}

// libzmq takes these whatever it was built with; the transports `pgm`, `epgm` and `norm` heed them.

extension SocketOptionNames where S: MulticastSocket {
    /// The most that a multicast transport sends or receives, in kilobits a second (`ZMQ_RATE`). Default 100.
    public var multicastRate: SocketOption<Int> { .init(ZMQ_RATE, .int, default: 100) }

    /// How long a receiver may be absent from a multicast group and still recover what it missed (`ZMQ_RECOVERY_IVL`),
    /// all of which is kept in memory meanwhile. Default 10 seconds.
    public var multicastRecoveryInterval: SocketOption<Duration> {
        .init(ZMQ_RECOVERY_IVL, .milliseconds, default: .seconds(10))
    }

    /// The most routers that a multicast packet passes (`ZMQ_MULTICAST_HOPS`). Default 1: it stays in the local network.
    public var multicastHops: SocketOption<Int> { .init(ZMQ_MULTICAST_HOPS, .int, default: 1) }

    /// The longest multicast packet, in bytes (`ZMQ_MULTICAST_MAXTPDU`). Default 1500.
    public var multicastMaxPacketSize: SocketOption<Int> { .init(ZMQ_MULTICAST_MAXTPDU, .int, default: 1500) }
}
