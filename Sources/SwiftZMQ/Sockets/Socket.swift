import CZMQ
import Synchronization

/// What all socket types have in common: endpoints, options and an end.
///
/// A socket is a small value that stands for one libzmq socket; its copies are the same socket. It may be used from any
/// task and any thread at the same time. It is closed by ``close()``, by its context's shutdown, or when the last copy
/// is gone, whichever comes first.
///
/// The socket types are those of this library: other types cannot conform, so that an extension of this protocol, or a
/// function over `some SendingSocket`, can count on what they do.
public protocol Socket: Sendable, Hashable {
    /// The socket that this value and its copies stand for.
    var handle: SocketHandle { get }

    /// Proves that the type is one of this library's.
    associatedtype _Seal: _SocketSealing where _Seal._Sealed == Self
}

extension Socket {
    var core: SocketCore { handle.core }
}

extension Socket {
    /// Accepts connections at an endpoint (`zmq_bind`).
    ///
    /// - Parameter endpoint: `tcp://127.0.0.1:5555`, `tcp://*:*` (any interface, any free port), `ipc:///path`,
    ///   `inproc://name`.
    /// - Returns: the endpoint with every wildcard resolved, to give to those who connect.
    /// - Throws: ``ZMQError`` with `.addressInUse`, `.addressNotAvailable`, `.invalidArgument`,
    ///   `.protocolNotSupported`, `.unsupported` for a transport that the installed libzmq was built without,
    ///   `.incompatibleProtocol`, `.tooManySockets` when the process is out of descriptors, `.closed` or `.terminated`.
    @discardableResult
    public func bind(_ endpoint: String) throws(ZMQError) -> String {
        try core.withSocket("bind", attachedTo: endpoint, .binding) { socket throws(ZMQError) in
            try core.bind(socket, to: endpoint)
        }
    }

    /// Stops accepting at an endpoint, as ``bind(_:)`` returned it, and ends its connections (`zmq_unbind`).
    public func unbind(_ endpoint: String) throws(ZMQError) {
        try core.withSocket("unbind") { socket throws(ZMQError) in
            try Endpoint.validate(endpoint, for: "unbind", .ending)
            try socket.unbind(endpoint)
            core.connections.withLock { $0.remove(endpoint) }
        }
        core.stopUnheardMonitor()
    }

    /// Connects to an endpoint (`zmq_connect`), now or as soon as somebody accepts there, and again after a loss.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument`, `.protocolNotSupported`, `.unsupported`, `.incompatibleProtocol`,
    ///   `.closed` or `.terminated`. That nobody listens is not an error.
    public func connect(_ endpoint: String) throws(ZMQError) {
        try core.withSocket("connect", attachedTo: endpoint, .connecting) { socket throws(ZMQError) in
            try core.connect(socket, to: endpoint)
        }
    }

    /// Ends the connection to an endpoint, named as it was connected (`zmq_disconnect`).
    public func disconnect(_ endpoint: String) throws(ZMQError) {
        try core.withSocket("disconnect") { socket throws(ZMQError) in
            try Endpoint.validate(endpoint, for: "disconnect", .ending)
            try socket.disconnect(endpoint)
            core.connections.withLock { $0.remove(endpoint) }
        }
        core.stopUnheardMonitor()
    }

    /// Closes the socket (`zmq_close`). Whoever waits for it gets a ``ZMQError`` with `.closed`.
    ///
    /// It returns at once. In the background, what was sent goes on leaving until the linger period is over, and the
    /// endpoints become free. To wait for that, call ``closed()`` instead. Closing twice is fine.
    public func close() {
        core.close(because: .closed)
    }

    /// Whether the socket has been closed, by ``close()`` or by its context's shutdown.
    ///
    /// In a forked child it is true of what was inherited.
    public var isClosed: Bool { core.isClosed }

    /// The endpoint last bound or connected, wildcards resolved (`ZMQ_LAST_ENDPOINT`); empty before the first.
    public var lastEndpoint: String {
        get throws(ZMQError) {
            try core.withSocket("get the last endpoint", attaches: false) { socket throws(ZMQError) in
                try socket.lastEndpoint()
            }
        }
    }

    /// Two values are equal when they stand for the same socket.
    public static func == (one: Self, other: Self) -> Bool { one.handle === other.handle }

    /// Hashes the identity of the socket.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(handle))
    }
}

extension SocketCore {
    /// Binds, and tells the endpoint that resulted.
    func bind(_ socket: RawSocket, to endpoint: String) throws(ZMQError) -> String {
        do throws(ZMQError) {
            try socket.bind(endpoint)
        } catch {
            throw error.code == .again ? reasonNotToBind(endpoint, socket) ?? Self.inUse(endpoint) : error
        }
        return try socket.lastEndpoint()
    }

    /// What mostly keeps a socket from being bound, where libzmq did not say and it cannot be found out.
    private static func inUse(_ endpoint: String) -> ZMQError {
        ZMQError(
            code: .addressInUse, operation: "bind", endpoint: endpoint,
            explanation: "libzmq did not tell the reason; mostly another socket is bound there, or was a moment ago")
    }

    var isClosed: Bool {
        !origin.isThisProcess || state.withLock { $0.life.isClosed }
    }

    /// Uses the open socket to bind or connect it, once that is known to be safe.
    func withSocket<Result>(
        _ operation: String, attachedTo endpoint: String, _ use: Endpoint.Use,
        _ body: (RawSocket) throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result {
        noteTransport(of: endpoint)
        return try withSocket(operation) { socket throws(ZMQError) in
            try Endpoint.validate(endpoint, for: operation, use)
            // Nothing is opened for an endpoint within the process.
            if !endpoint.hasPrefix("inproc:") {
                try DescriptorReserve.require(DescriptorReserve.forAnEndpoint, for: operation)
            }
            return try body(socket)
        }
    }

    /// Has messages copied from now on if the transport would change them where they lie.
    private func noteTransport(of endpoint: String) {
        guard endpoint.hasPrefix("ws:") || endpoint.hasPrefix("wss:"), origin.isThisProcess else { return }
        state.withLock { $0.copyWhatIsSent() }
    }

    private func noteConflation(_ socket: RawSocket) throws(ZMQError) {
        let conflates = try socket.option(ZMQ_CONFLATE, name: "conflate", as: Int32.self) != 0
        isConflating.store(conflates, ordering: .relaxed)
    }

    /// Uses the open socket under its lock for anything but sending and receiving.
    func withSocket<Result>(
        _ operation: String, attaches: Bool = true, requiresNoEndpoint: Bool = false,
        _ body: (RawSocket) throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result {
        try origin.require(operation)
        return try use { state throws(ZMQError) in
            let socket = try state.open(for: operation)
            if requiresNoEndpoint { try state.requireNoEndpoint(for: operation) }
            let result = try body(socket)
            try state.noteHighWaterMark(of: kind)
            if attaches, !state.hasEndpoints {
                state.hasEndpoints = true
                try noteConflation(state.open(for: operation))
            }
            return result
        }
    }
}
