import CZMQ

/// A socket that names the peer of each message in its first frame.
public protocol NamingSocket: SendingSocket, ReceivingSocket where _Seal._Naming == Self {}

extension Router: NamingSocket {}
extension Stream: NamingSocket {}

extension NamingSocket {
    /// Connects to an endpoint and names the peer, so that it can be sent to at once (`ZMQ_CONNECT_ROUTING_ID` and
    /// `zmq_connect` in one step).
    ///
    /// - Parameters:
    ///   - endpoint: as for ``Socket/connect(_:)``.
    ///   - routingID: 1 to 255 bytes, of which the first is not zero. A socket gives each name only once. Peers that name
    ///     themselves, by their option `routingID`, must have other names than those given here: libzmq ends
    ///     the process when it meets the same name twice.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for any other routing id, `.unsupported` with
    ///   ``SocketOptionNames/isImmediate``, and as ``Socket/connect(_:)``.
    public func connect(_ endpoint: String, as routingID: Frame) throws(ZMQError) {
        try core.connect(endpoint, as: routingID, EndpointOptions<Self>())
    }

    /// Connects to an endpoint that has options of its own, and names the peer.
    ///
    /// ```swift
    /// try router.connect("tcp://second.example:5555", as: "second") { $0.curveServerKey = secondServer }
    /// ```
    ///
    /// - Parameters:
    ///   - endpoint: as for ``Socket/connect(_:)``, and not of `inproc`.
    ///   - routingID: as for ``connect(_:as:)``.
    ///   - configure: sets the endpoint's options. See ``EndpointOptions``.
    /// - Throws: as ``connect(_:as:)`` and ``Socket/connect(_:configure:)``.
    public func connect(
        _ endpoint: String, as routingID: Frame, configure: (inout EndpointOptions<Self>) throws -> Void
    ) throws {
        var options = EndpointOptions<Self>()
        try configure(&options)
        try core.connect(endpoint, as: routingID, options)
    }
}

extension SocketCore {
    /// Connects, unless libzmq would give this peer a name that was meant for another.
    func connect(_ socket: RawSocket, to endpoint: String) throws(ZMQError) {
        try givenNames.withLock { names throws(ZMQError) in
            if let leftover = names.leftover {
                throw ZMQError(
                    code: .wrongState, operation: "connect", endpoint: endpoint,
                    explanation: "libzmq would name this peer \(leftover), after a connect that failed: give it a name")
            }
        }
        try connectAndRecord(socket, to: endpoint)
    }

    fileprivate func connect(
        _ endpoint: String, as routingID: Frame, _ options: EndpointOptions<some NamingSocket>
    ) throws(ZMQError) {
        func refusal(_ code: ZMQError.Code, _ explanation: String) -> ZMQError {
            ZMQError(code: code, operation: "connect", endpoint: endpoint, explanation: explanation)
        }
        let startsWithZero = unsafe routingID.withUnsafeBytes { unsafe $0.first == 0 }
        guard (1...255).contains(routingID.count), !startsWithZero else {
            throw refusal(.invalidArgument, "a routing id has 1 to 255 bytes, and the first is not zero")
        }
        try options.validate(for: .connect, endpoint)
        try withSocket("connect", attachedTo: endpoint, .connecting) { socket throws(ZMQError) in
            guard try !socket.get(SocketOptionNames<Router>().isImmediate) else {
                throw refusal(.unsupported, "with the option isImmediate, a peer has no name before it is connected")
            }
            guard givenNames.withLock({ !$0.given.contains(routingID) }) else {
                throw refusal(.invalidArgument, "the name \(routingID) was given before")
            }
            try options.applied(to: socket) { () throws(ZMQError) in
                try socket.set(Self.connectRoutingID, to: routingID)
                // Until a connect succeeds, libzmq keeps the name for the next one.
                givenNames.withLock { $0.leftover = routingID }
                try connectAndRecord(socket, to: endpoint)
            }
            givenNames.withLock {
                $0.leftover = nil
                $0.given.insert(routingID)
            }
        }
    }

    // No public option: set apart from its connect, it would name another connection.
    private static var connectRoutingID: SocketOption<Frame> {
        .init(ZMQ_CONNECT_ROUTING_ID, .bytes, default: "", .always)
    }
}

/// The names that peers were given on connecting to them.
struct GivenNames {
    var given: Set<Frame> = []
    /// The name that libzmq will give to the next peer connected to, as the connect that it was meant for failed.
    var leftover: Frame?
}
