/// The options of one endpoint, set by name in the closure of `bind` or `connect`.
///
/// ```swift
/// let dealer = try Dealer(context) { $0.security = .curveClient(keys, server: firstServer) }
/// try dealer.connect("tcp://first.example:5555")
/// try dealer.connect("tcp://second.example:5555") { $0.curveServerKey = secondServer }
/// ```
///
/// They count for this endpoint alone: for the connection to it, also when that is made again after a loss, or for those
/// that it accepts. An option that is not set here is the socket's, and the socket's own options do not change.
/// ``EndpointOptionNames`` has the options that an endpoint can have of its own; all others belong to the whole socket.
@dynamicMemberLookup
public struct EndpointOptions<S: Socket> {
    /// What is set here, as a new socket would be given it.
    private(set) var options = SocketOptions<S>()
    /// Whether nothing of the socket's own security is to be left.
    private(set) var replacesSecurity = false
    /// The names of the options that were set, and for which call they have a meaning.
    private var names: [(name: String, side: EndpointSide)] = []

    init() {}

    /// The value that an option is to have: what was set here, or that of a new socket.
    public subscript<Value: Sendable>(
        dynamicMember name: KeyPath<EndpointOptionNames<S>, EndpointOption<Value>>
    ) -> Value {
        get { options[EndpointOptionNames<S>()[keyPath: name].option] }
        set {
            let option = EndpointOptionNames<S>()[keyPath: name]
            options[option.option] = newValue
            names.append((option.option.name, option.side))
        }
    }

    /// How the connections of this endpoint are secured, instead of the socket's own security.
    ///
    /// libzmq cannot take a ZAP domain back. So the endpoint has the socket's own domain when this names none, and this can
    /// name one only if the socket has one. Reading finds out what was set here.
    public var security: SocketSecurity {
        get { options.security }
        set {
            options.security = newValue
            replacesSecurity = true
            names.append(("security", .both))
        }
    }
}

extension EndpointOptions {
    /// Refuses options that would be ignored.
    func validate(for side: EndpointSide, _ endpoint: String) throws(ZMQError) {
        func refusal(_ explanation: String) -> ZMQError {
            let operation = side == .bind ? "bind" : "connect"
            return ZMQError(code: .invalidArgument, operation: operation, endpoint: endpoint, explanation: explanation)
        }
        if let first = names.first, endpoint.hasPrefix("inproc:") {
            throw refusal("the option \(first.name) has no meaning for inproc, which has no connections")
        }
        for (name, use) in names where use != .both && use != side {
            throw refusal("the option \(name) has a meaning for \(use == .bind ? "bind" : "connect") alone")
        }
    }

    /// Gives a socket these options for as long as a body runs.
    ///
    /// libzmq copies the options into what it makes for an endpoint, and never looks at the socket's for it again.
    func applied<Result>(
        to socket: RawSocket, _ body: () throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result {
        guard !options.settings.isEmpty || replacesSecurity else { return try body() }
        var saved: [SocketOptionSetting] = []
        let security = try savedSecurity(of: socket)
        for setting in options.settings where !SecurityState.numbers.contains(setting.number) {
            guard let save = setting.saved else { continue }
            saved.append(try save(socket))
        }
        let outcome: Swift.Result<Result, ZMQError>
        do throws(ZMQError) {
            if replacesSecurity { try SecurityState.none.restore(to: socket) }
            for setting in options.settings { try setting.apply(socket) }
            if security != nil { try SecurityState.requireSendable(socket) }
            outcome = .success(try body())
        } catch {
            outcome = .failure(error)
        }
        do throws(ZMQError) {
            for setting in saved { try setting.apply(socket) }
            try security?.restore(to: socket)
        } catch {
            // Only a context that ends meanwhile can be the reason, and no endpoint comes later then.
            guard case .success = outcome else { return try outcome.get() }
            throw error
        }
        return try outcome.get()
    }

    /// The socket's own security, if these options touch it.
    private func savedSecurity(of socket: RawSocket) throws(ZMQError) -> SecurityState? {
        let touched = options.settings.map(\.number).filter(SecurityState.numbers.contains)
        guard replacesSecurity || !touched.isEmpty else { return nil }
        let state = try SecurityState(of: socket)
        try state.requireRestorable(after: touched)
        return state
    }
}

extension EndpointOptions: CustomStringConvertible, CustomReflectable {
    /// That these are options, and not their values: a password may be among them.
    public var description: String { "options of an endpoint" }

    /// Nothing, as a password may be among them.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Socket {
    /// Accepts connections at an endpoint that has options of its own (`zmq_bind`).
    ///
    /// ```swift
    /// try reply.bind("ipc:///run/app/socket")
    /// try reply.bind("tcp://*:5555") { $0.security = .curveServer(keys) }
    /// ```
    ///
    /// The options are set, the socket bound, and the options set back in one step, so that several tasks do not mix
    /// theirs.
    ///
    /// - Parameters:
    ///   - endpoint: as for ``bind(_:)``, and not of `inproc`.
    ///   - configure: sets the endpoint's options.
    /// - Returns: the endpoint with every wildcard resolved.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for an option that would be ignored and for an option's value,
    ///   `.unsupported` for a security that could not be set back, and as ``bind(_:)``.
    @discardableResult
    public func bind(
        _ endpoint: String, configure: (inout EndpointOptions<Self>) throws -> Void
    ) throws -> String {
        var options = EndpointOptions<Self>()
        try configure(&options)
        try options.validate(for: .bind, endpoint)
        return try core.withSocket("bind", attachedTo: endpoint, .binding) { socket throws(ZMQError) in
            try options.applied(to: socket) { () throws(ZMQError) in try core.bind(socket, to: endpoint) }
        }
    }

    /// Connects to an endpoint that has options of its own (`zmq_connect`).
    ///
    /// ```swift
    /// try dealer.connect("tcp://second.example:5555") { $0.curveServerKey = secondServer }
    /// ```
    ///
    /// The options are set, the socket connected, and the options set back in one step, so that several tasks do not mix
    /// theirs. A ``Dealer``, ``Request``, ``Publisher`` or ``Subscriber`` that is connected to the endpoint already stays so
    /// with the options that the connection has: disconnect it first.
    ///
    /// - Parameters:
    ///   - endpoint: as for ``connect(_:)``, and not of `inproc`.
    ///   - configure: sets the endpoint's options.
    /// - Throws: ``ZMQError`` with `.invalidArgument` for an option that would be ignored and for an option's value,
    ///   `.unsupported` for a security that could not be set back, and as ``connect(_:)``.
    public func connect(
        _ endpoint: String, configure: (inout EndpointOptions<Self>) throws -> Void
    ) throws {
        var options = EndpointOptions<Self>()
        try configure(&options)
        try options.validate(for: .connect, endpoint)
        try core.withSocket("connect", attachedTo: endpoint, .connecting) { socket throws(ZMQError) in
            try options.applied(to: socket) { () throws(ZMQError) in try core.connect(socket, to: endpoint) }
        }
    }
}
