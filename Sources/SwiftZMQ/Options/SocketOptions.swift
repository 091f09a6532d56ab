import CZMQ

/// The options that a new socket is given, set by name in the closure of its initializer.
///
/// ```swift
/// let router = try Router(context) {
///     $0.mandatory = true
///     $0.maxMessageSize = 1 << 20
/// }
/// ```
@dynamicMemberLookup
public struct SocketOptions<S: Socket> {
    // By number, so that what is set twice is applied once, with the later value.
    private var values: [Int32: any Sendable] = [:]
    private var settings: [(number: Int32, apply: (RawSocket) throws(ZMQError) -> Void)] = []

    /// See `keepsMetadata`, which only sockets that receive have.
    var storesMetadata = false

    init() {}

    /// The value that an option is to have: what was set here, or the default.
    public subscript<Value: Sendable>(
        dynamicMember name: KeyPath<SocketOptionNames<S>, SocketOption<Value>>
    ) -> Value {
        get {
            let option = SocketOptionNames<S>()[keyPath: name]
            // Unwrapped first: "not set" must not be taken for a value that is itself nil.
            guard let stored = values[option.number] else { return option.defaultValue }
            return stored as? Value ?? option.defaultValue
        }
        set {
            let option = SocketOptionNames<S>()[keyPath: name]
            values[option.number] = newValue
            settings.removeAll { $0.number == option.number }
            append(option.number) { socket throws(ZMQError) in try socket.set(option, to: newValue) }
        }
    }

    mutating func append(_ number: Int32, _ apply: @escaping (RawSocket) throws(ZMQError) -> Void) {
        settings.append((number, apply))
    }

    /// Leaves an option at its default, whatever it was set to.
    mutating func reset<Value>(_ option: SocketOption<Value>) {
        values[option.number] = nil
        settings.removeAll { $0.number == option.number }
    }

    func apply(to socket: RawSocket, of kind: SocketKind, lingers: Bool) throws(ZMQError) {
        // Where the library's defaults differ from libzmq's.
        let names = SocketOptionNames<S>()
        if lingers { try socket.set(names.linger, to: names.linger.defaultValue) }
        if kind == .request {
            let names = SocketOptionNames<Request>()
            try socket.set(names.correlate, to: true)
            try socket.set(names.relaxed, to: true)
        }
        for setting in settings { try setting.apply(socket) }
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
    public func set<Value>(
        _ name: KeyPath<SocketOptionNames<Self>, SocketOption<Value>>, to value: Value
    ) throws(ZMQError) {
        let option = SocketOptionNames<Self>()[keyPath: name]
        try core.origin.require("set option \(option.name)")
        try core.state.withLock { state throws(ZMQError) in
            let socket = try state.open(for: "set option \(option.name)")
            if option.timing == .beforeEndpoints, state.hasEndpoints {
                throw ZMQError(
                    code: .wrongState, operation: "set option \(option.name)",
                    remedy: "it holds only for endpoints bound or connected later: set it in the socket's initializer"
                )
            }
            try socket.set(option, to: value)
        }
    }

    /// The present value of an option (`zmq_getsockopt`).
    public func get<Value>(
        _ name: KeyPath<SocketOptionNames<Self>, SocketOption<Value>>
    ) throws(ZMQError) -> Value {
        let option = SocketOptionNames<Self>()[keyPath: name]
        try core.origin.require("get option \(option.name)")
        return try core.state.withLock { state throws(ZMQError) in
            try state.open(for: "get option \(option.name)").get(option)
        }
    }
}

/// The filters of a ``Subscriber``, which are options to libzmq alone.
enum SubscriptionOption {
    static let subscribe = SocketOption(ZMQ_SUBSCRIBE, .prefix, default: Message(), .always, name: "subscription")
    static let unsubscribe = SocketOption(ZMQ_UNSUBSCRIBE, .prefix, default: Message(), .always, name: "subscription")
}

extension SocketOptionCoding<Message> {
    /// Any number of bytes.
    fileprivate static var prefix: Self {
        .init(capacity: 0) {
            [UInt8]($0)
        } decode: {
            Message($0)
        }
    }
}

extension SocketCore {
    func set(_ option: SocketOption<Message>, to value: Message) throws(ZMQError) {
        try withSocket("subscribe", attaches: false) { socket throws(ZMQError) in
            try socket.set(option, to: value)
        }
    }
}

extension SocketOption {
    fileprivate func requireCapability(for operation: String) throws(ZMQError) {
        guard let capability, !CLibrary.has(capability) else { return }
        throw ZMQError(
            code: .unsupported, operation: operation, remedy: "the installed libzmq was built without \(capability)")
    }
}

extension RawSocket {
    func set<Value>(_ option: SocketOption<Value>, to value: Value) throws(ZMQError) {
        let operation =
            option.isSecret ? "set option \(option.name)" : "set option \(option.name) to \(Self.text(of: value))"
        try option.requireCapability(for: operation)
        guard let bytes = option.coding.encode(value) else {
            throw ZMQError(code: .invalidArgument, operation: operation, remedy: "the value is out of range")
        }
        // The name of a new socket is empty, and libzmq does not take that for one.
        if option.number == ZMQ_ROUTING_ID, bytes.isEmpty, try get(option) as? Message == Message() { return }
        let result: Result<Void, ZMQError> = unsafe bytes.withUnsafeBytes { bytes in
            do throws(ZMQError) {
                return .success(try unsafe setOption(option.number, to: bytes, operation: operation))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// A value as a reader of errors knows it: without the word that says it could have been none.
    private static func text(of value: some Sendable) -> String {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return "\(value)" }
        return mirror.children.first.map { "\($0.value)" } ?? "nil"
    }

    func get<Value>(_ option: SocketOption<Value>) throws(ZMQError) -> Value {
        try option.requireCapability(for: "get option \(option.name)")
        let bytes: [UInt8]
        do throws(ZMQError) {
            bytes = try self.option(option.number, capacity: option.coding.capacity, name: option.name)
        } catch {
            guard error.code == .invalidArgument else { throw error }
            throw ZMQError(
                code: .unsupported, operation: error.operation, remedy: "libzmq does not give this option back")
        }
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
