import CZMQ

/// The options that a new socket is given, set by name in the closure of its initializer.
///
/// ```swift
/// let router = try Router(context) {
///     $0.isMandatory = true
///     $0.maxMessageSize = 1 << 20
/// }
/// ```
@dynamicMemberLookup
public struct SocketOptions<S: Socket> {
    // By number, so that what is set twice is applied once, with the later value.
    private var values: [Int32: any Sendable] = [:]
    private(set) var settings: [SocketOptionSetting] = []

    /// See `keepsMetadata`, which only sockets that receive have.
    var storesMetadata = false

    init() {}

    /// The value that an option is to have: what was set here, or the default.
    public subscript<Value: Sendable>(
        dynamicMember name: KeyPath<SocketOptionNames<S>, SocketOption<Value>>
    ) -> Value {
        get { self[SocketOptionNames<S>()[keyPath: name]] }
        set { self[SocketOptionNames<S>()[keyPath: name]] = newValue }
    }

    /// The value that an option is to have which libzmq does not give back: what was set here, or the default.
    public subscript<Value: Sendable>(
        dynamicMember name: KeyPath<SocketOptionNames<S>, WriteOnlySocketOption<Value>>
    ) -> Value {
        get { self[SocketOptionNames<S>()[keyPath: name].option] }
        set { self[SocketOptionNames<S>()[keyPath: name].option] = newValue }
    }

    subscript<Value: Sendable>(option: SocketOption<Value>) -> Value {
        get {
            // Unwrapped first: "not set" must not be taken for a value that is itself nil.
            guard let stored = values[option.number] else { return option.defaultValue }
            return stored as? Value ?? option.defaultValue
        }
        set {
            values[option.number] = newValue
            settings.removeAll { $0.number == option.number }
            settings.append(SocketOptionSetting(option, newValue))
        }
    }

    mutating func append(_ setting: SocketOptionSetting) {
        settings.append(setting)
    }

    /// Notes the value of an option that is set in another way than by its name.
    mutating func note<Value: Sendable>(_ option: SocketOption<Value>, _ value: Value) {
        values[option.number] = value
    }

    /// Leaves an option at its default, whatever it was set to.
    mutating func reset<Value>(_ option: SocketOption<Value>) {
        values[option.number] = nil
        settings.removeAll { $0.number == option.number }
    }

    /// Leaves an option at its default, whatever it was set to.
    mutating func reset<Value>(_ option: WriteOnlySocketOption<Value>) {
        reset(option.option)
    }

    func apply(to socket: RawSocket, of kind: SocketKind, lingers: Bool) throws(ZMQError) {
        // Where the library's defaults differ from libzmq's.
        let names = SocketOptionNames<S>()
        if lingers { try socket.set(names.linger, to: names.linger.defaultValue) }
        switch kind {
        case .request:
            let names = SocketOptionNames<Request>()
            try socket.set(names.correlates.option, to: true)
            try socket.set(names.isRelaxed.option, to: true)
        case .subscriber, .xsubscriber:
            try socket.set(SocketOptionNames<Subscriber>().subscriptionHighWaterMark, to: nil)
        default: break
        }
        for setting in settings { try setting.apply(socket) }
    }
}

/// An option and the value that a socket is to be given.
struct SocketOptionSetting {
    let number: Int32
    let apply: (RawSocket) throws(ZMQError) -> Void
    /// The setting that puts a socket's present value back; nil where that cannot be read.
    let saved: ((RawSocket) throws(ZMQError) -> SocketOptionSetting)?

    init<Value>(_ option: SocketOption<Value>, _ value: Value) {
        number = option.number
        apply = { socket throws(ZMQError) in try socket.set(option, to: value) }
        saved = { socket throws(ZMQError) in SocketOptionSetting(option, try socket.get(option)) }
    }

    init(_ number: Int32, apply: @escaping (RawSocket) throws(ZMQError) -> Void) {
        self.number = number
        self.apply = apply
        saved = nil
    }
}

extension Socket {
    /// Sets an option of an open socket (`zmq_setsockopt`).
    ///
    /// - Parameters:
    ///   - name: the option, such as `\.linger`.
    ///   - value: what it is to be from now on.
    /// - Throws: ``ZMQError`` with `.wrongState` for an option that would be ignored because the socket has been bound
    ///   or connected already, `.invalidArgument` for a value out of range, `.closed` or `.terminated`.
    public func setOption<Value>(
        _ name: KeyPath<SocketOptionNames<Self>, SocketOption<Value>>, to value: Value
    ) throws(ZMQError) {
        try core.set(SocketOptionNames<Self>()[keyPath: name], to: value)
    }

    /// Sets an option of an open socket that can be set and not read. See ``setOption(_:to:)-(KeyPath<SocketOptionNames<Self>,SocketOption<Value>>,_)``.
    public func setOption<Value>(
        _ name: KeyPath<SocketOptionNames<Self>, WriteOnlySocketOption<Value>>, to value: Value
    ) throws(ZMQError) {
        try core.set(SocketOptionNames<Self>()[keyPath: name].option, to: value)
    }

    /// The present value of an option (`zmq_getsockopt`).
    ///
    /// - Parameter name: the option, such as `\.linger`.
    /// - Throws: ``ZMQError`` with `.unsupported` for an option that the installed libzmq was built without, `.closed` or
    ///   `.terminated`.
    public func option<Value>(
        _ name: KeyPath<SocketOptionNames<Self>, SocketOption<Value>>
    ) throws(ZMQError) -> Value {
        let option = SocketOptionNames<Self>()[keyPath: name]
        return try core.withSocket("get option \(option.name)", attaches: false) { socket throws(ZMQError) in
            try socket.get(option)
        }
    }

    /// Does not compile: libzmq does not give the option back, or it is a secret.
    @available(*, unavailable, message: "this option can be set and not read")
    public func option<Value>(
        _ name: KeyPath<SocketOptionNames<Self>, WriteOnlySocketOption<Value>>
    ) throws(ZMQError) -> Value {
        preconditionFailure("it does not compile")
    }
}

extension SocketCore {
    /// Sets an option, unless that would be ignored because the socket has endpoints already.
    func set<Value>(
        _ option: SocketOption<Value>, to value: Value, for operation: String? = nil
    ) throws(ZMQError) {
        let operation = operation ?? "set option \(option.name)"
        let isLate = option.timing == .beforeEndpoints
        try withSocket(operation, attaches: false, requiresNoEndpoint: isLate) { socket throws(ZMQError) in
            try socket.set(option, to: value)
        }
        if option.number == ZMQ_REQ_RELAXED, let isRelaxed = value as? Bool {
            state.withLock { $0.isRelaxed = isRelaxed }
        }
    }
}

extension SocketState {
    /// Throws when the socket has endpoints, for which an option would come too late.
    func requireNoEndpoint(for operation: String) throws(ZMQError) {
        guard hasEndpoints else { return }
        throw ZMQError(
            code: .wrongState, operation: operation,
            explanation: "it holds only for endpoints bound or connected later: set it in the socket's initializer")
    }

    /// Finds out whether a receive must first look at what the peers told; see `SocketKind.reservesReplies`. To be
    /// called whenever an option may have been set, by its name or by its number.
    mutating func noteHighWaterMark(of kind: SocketKind) throws(ZMQError) {
        guard kind.reservesReplies, let socket else { return }
        looksBeforeReceiving = try socket.mayDropReplies(as: kind)
    }
}

extension RawSocket {
    /// Whether a socket of a type, with the mark that it has, may drop a reply in advance; see `SocketKind.reservesReplies`.
    func mayDropReplies(as kind: SocketKind) throws(ZMQError) -> Bool {
        guard kind.reservesReplies else { return false }
        let mark = try option(ZMQ_SNDHWM, name: "sendHighWaterMark", as: Int32.self)
        return (1..<1000).contains(mark)
    }
}

/// The filters of a ``Subscriber``, which are options to libzmq alone.
enum SubscriptionOption {
    static let subscribe = SocketOption(ZMQ_SUBSCRIBE, .prefix, default: Frame(), .always, name: "subscription")
    static let unsubscribe = SocketOption(ZMQ_UNSUBSCRIBE, .prefix, default: Frame(), .always, name: "subscription")
}

extension SocketOptionCoding<Frame> {
    /// Any number of bytes.
    fileprivate static var prefix: Self {
        .init(capacity: 0) {
            [UInt8]($0)
        } decode: {
            Frame($0)
        }
    }
}

extension SocketOption {
    fileprivate func requireCapability(for operation: String) throws(ZMQError) {
        guard let capability, !CLibrary.has(capability) else { return }
        throw ZMQError(
            code: .unsupported, operation: operation,
            explanation: "the installed libzmq was built without \(capability)")
    }
}

extension RawSocket {
    func set<Value>(_ option: SocketOption<Value>, to value: Value) throws(ZMQError) {
        let operation =
            option.isSecret ? "set option \(option.name)" : "set option \(option.name) to \(Self.text(of: value))"
        try option.requireCapability(for: operation)
        guard let bytes = option.coding.encode(value) else {
            let isOptional = Mirror(reflecting: option.defaultValue).displayStyle == .optional
            throw ZMQError(
                code: .invalidArgument, operation: operation,
                explanation: isOptional
                    ? "the value is out of range; what C writes 0 or -1 for is nil" : "the value is out of range")
        }
        // The name of a new socket is empty, and libzmq does not take that for one.
        if option.number == ZMQ_ROUTING_ID, bytes.isEmpty, try get(option) as? Frame == Frame() { return }
        try setOption(option.number, to: bytes, operation: operation)
    }

    /// A value as a reader of errors knows it: without the word that says it could have been none.
    private static func text(of value: some Sendable) -> String {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return "\(value)" }
        return mirror.children.first.map { "\($0.value)" } ?? "nil"
    }

    func get<Value>(_ option: SocketOption<Value>) throws(ZMQError) -> Value {
        try option.requireCapability(for: "get option \(option.name)")
        let bytes = try self.option(option.number, capacity: option.coding.capacity, name: option.name)
        guard let value = option.coding.decode(bytes) else {
            throw ZMQError(code: .invalidArgument, operation: "get option \(option.name)")
        }
        return value
    }

    func lastEndpoint() throws(ZMQError) -> String {
        let bytes = try option(ZMQ_LAST_ENDPOINT, capacity: 1024, name: "lastEndpoint")
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
