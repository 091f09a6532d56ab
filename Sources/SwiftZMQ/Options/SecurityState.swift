import CZMQ

/// All that libzmq keeps of a socket's security, to be put back after an endpoint has been given another.
///
/// The mechanism is no option of its own: it follows from the security option that was set last, and which that was cannot
/// be read. So everything is put back, and in the end the option that leads to the mechanism that was.
struct SecurityState {
    private var mechanism: Int32 = ZMQ_NULL
    private var isServer = false
    private var username: [UInt8] = []
    private var password: [UInt8] = []
    private var domain: [UInt8] = []
    private var enforcesDomain: Int32 = 0
    /// The public, the secret and the server's key, where libzmq has CURVE.
    private var keys: [(number: Int32, bytes: [UInt8])] = []

    /// The options that it consists of.
    static let numbers: Set<Int32> = [
        ZMQ_PLAIN_SERVER, ZMQ_PLAIN_USERNAME, ZMQ_PLAIN_PASSWORD, ZMQ_CURVE_SERVER, ZMQ_CURVE_PUBLICKEY,
        ZMQ_CURVE_SECRETKEY, ZMQ_CURVE_SERVERKEY, ZMQ_ZAP_DOMAIN, CZMQ_ZAP_ENFORCE_DOMAIN,
    ]

    private static let keyNumbers = [ZMQ_CURVE_PUBLICKEY, ZMQ_CURVE_SECRETKEY, ZMQ_CURVE_SERVERKEY]

    /// That of a new socket.
    static let none = SecurityState()

    private init() {
        guard Capability.curve.isAvailable else { return }
        keys = Self.keyNumbers.map { ($0, [UInt8](repeating: 0, count: CurveKeyBytes.count)) }
    }

    init(of socket: RawSocket) throws(ZMQError) {
        mechanism = try socket.option(ZMQ_MECHANISM, name: "mechanism", as: Int32.self)
        isServer =
            switch mechanism {
            case ZMQ_PLAIN: try socket.option(ZMQ_PLAIN_SERVER, name: "isPlainServer", as: Int32.self) != 0
            case ZMQ_CURVE: try socket.option(ZMQ_CURVE_SERVER, name: "isCurveServer", as: Int32.self) != 0
            case ZMQ_GSSAPI: try socket.option(ZMQ_GSSAPI_SERVER, name: "isGSSAPIServer", as: Int32.self) != 0
            default: false
            }
        username = try Self.text(ZMQ_PLAIN_USERNAME, of: socket)
        password = try Self.text(ZMQ_PLAIN_PASSWORD, of: socket)
        domain = try Self.text(ZMQ_ZAP_DOMAIN, of: socket)
        enforcesDomain = try socket.option(CZMQ_ZAP_ENFORCE_DOMAIN, name: "enforcesZAPDomain", as: Int32.self)
        guard Capability.curve.isAvailable else { return }
        for number in Self.keyNumbers {
            keys.append((number, try socket.option(number, capacity: CurveKeyBytes.count, name: "key")))
        }
    }

    /// The bytes of a text, which comes back with a zero behind it.
    private static func text(_ number: Int32, of socket: RawSocket) throws(ZMQError) -> [UInt8] {
        Array(try socket.option(number, capacity: 256, name: "security").dropLast())
    }

    func restore(to socket: RawSocket) throws(ZMQError) {
        for (number, bytes) in [(ZMQ_PLAIN_USERNAME, username), (ZMQ_PLAIN_PASSWORD, password)] {
            guard try Self.text(number, of: socket) != bytes else { continue }
            // libzmq takes no empty text back. A zero is read as one, and is never sent: see `requireSendable`.
            try Self.set(number, bytes.isEmpty ? [0] : bytes, on: socket)
        }
        // Nor no domain: the one that is there stays.
        if !domain.isEmpty { try Self.set(ZMQ_ZAP_DOMAIN, domain, on: socket) }
        try Self.set(CZMQ_ZAP_ENFORCE_DOMAIN, enforcesDomain, on: socket)
        for (number, bytes) in keys { try Self.set(number, bytes, on: socket) }
        // Back to none, and from there to what was.
        try Self.set(ZMQ_PLAIN_SERVER, 0, on: socket)
        switch mechanism {
        case ZMQ_PLAIN where isServer: try Self.set(ZMQ_PLAIN_SERVER, 1, on: socket)
        case ZMQ_PLAIN: try Self.set(ZMQ_PLAIN_USERNAME, username.isEmpty ? [0] : username, on: socket)
        case ZMQ_CURVE where isServer: try Self.set(ZMQ_CURVE_SERVER, 1, on: socket)
        case ZMQ_CURVE: for (number, bytes) in keys { try Self.set(number, bytes, on: socket) }
        case ZMQ_GSSAPI: try Self.set(ZMQ_GSSAPI_SERVER, isServer ? 1 : 0, on: socket)
        default: break
        }
    }

    private static func set(_ number: Int32, _ value: Int32, on socket: RawSocket) throws(ZMQError) {
        try set(number, SocketOptionCoding<Int>.integer(value), on: socket)
    }

    private static func set(_ number: Int32, _ bytes: [UInt8], on socket: RawSocket) throws(ZMQError) {
        try socket.setOption(number, to: bytes, operation: "set the security of an endpoint")
    }
}

// MARK: - What cannot be put back

extension SecurityState {
    /// Refuses to set a domain on a socket that has none, and a name or a password on a PLAIN client that has an empty one:
    /// libzmq could not be given that again.
    func requireRestorable(after numbers: [Int32]) throws(ZMQError) {
        guard !domain.isEmpty || !numbers.contains(ZMQ_ZAP_DOMAIN) else {
            throw ZMQError(
                code: .unsupported, operation: "set the security of an endpoint",
                explanation: "libzmq cannot go back to no domain: set the socket's zapDomain in its initializer")
        }
        guard mechanism == ZMQ_PLAIN, !isServer else { return }
        guard
            (username.isEmpty && numbers.contains(ZMQ_PLAIN_USERNAME))
                || (password.isEmpty && numbers.contains(ZMQ_PLAIN_PASSWORD))
        else { return }
        throw Self.notEmptyAgain
    }

    /// Refuses to show a server the zero that stands for an empty name or password.
    static func requireSendable(_ socket: RawSocket) throws(ZMQError) {
        let state = try SecurityState(of: socket)
        guard state.mechanism == ZMQ_PLAIN, !state.isServer else { return }
        guard state.username == [0] || state.password == [0] else { return }
        throw notEmptyAgain
    }

    private static let notEmptyAgain = ZMQError(
        code: .unsupported, operation: "set the security of an endpoint",
        explanation: "libzmq cannot go back to an empty name or password: use a socket of its own, or give each a text")
}
