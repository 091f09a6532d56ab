/// How a socket secures its connections: what its options are set to as one.
///
/// ```swift
/// let reply = try Reply(context) { $0.security = .curveServer(keys) }
/// let request = try Request(context) { $0.security = .curveClient(try .generate(), server: serverKey) }
/// ```
///
/// The server side is one end of a connection, whether it binds or connects. Whom a server lets in, an
/// ``Authenticator`` decides: a PLAIN server lets nobody in while there is none, a CURVE server everybody.
public struct SocketSecurity: Sendable {
    let kind: Kind

    enum Kind {
        case none
        case plainServer(domain: String?)
        case plainClient(username: String, password: String)
        case curveServer(CurveKeyPair, domain: String?)
        case curveClient(CurveKeyPair, server: CurveKey)
    }

    /// No security, the default: anybody can connect, read along and pretend to be the other side.
    public static let none = Self(kind: .none)

    /// The server side of PLAIN, which asks for a name and a password. They travel in clear text.
    public static let plainServer = Self(kind: .plainServer(domain: nil))

    /// The server side of PLAIN.
    ///
    /// - Parameter domain: the name under which the ``Authenticator`` is asked, 1 to 255 bytes.
    public static func plainServer(domain: String) -> Self { Self(kind: .plainServer(domain: domain)) }

    /// The client side of PLAIN. Name and password travel in clear text.
    ///
    /// - Parameters:
    ///   - username: 1 to 255 bytes.
    ///   - password: up to 255 bytes.
    public static func plainClient(username: String, password: String) -> Self {
        Self(kind: .plainClient(username: username, password: password))
    }

    /// The server side of CURVE: connections are encrypted, and clients are sure of whom they talk to.
    ///
    /// - Parameters:
    ///   - keys: the server's own keys.
    ///   - domain: the name under which the ``Authenticator`` is asked, 1 to 255 bytes. With a domain, connections are
    ///     refused while no authenticator runs; without, the default, every client is let in then.
    public static func curveServer(_ keys: CurveKeyPair, domain: String? = nil) -> Self {
        Self(kind: .curveServer(keys, domain: domain))
    }

    /// The client side of CURVE.
    ///
    /// - Parameters:
    ///   - keys: the client's own keys, new ones if the server does not ask who it is.
    ///   - server: the server's public key. The connection is not made to anybody who lacks the secret one.
    public static func curveClient(_ keys: CurveKeyPair, server: CurveKey) -> Self {
        Self(kind: .curveClient(keys, server: server))
    }
}

extension SocketSecurity: CustomStringConvertible, CustomReflectable {
    /// The mechanism and the side, without keys and passwords.
    public var description: String {
        switch kind {
        case .none: "no security"
        case .plainServer: "PLAIN server"
        case .plainClient: "PLAIN client"
        case .curveServer: "CURVE server"
        case .curveClient: "CURVE client"
        }
    }

    /// Nothing, as it may contain a password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SocketOptions {
    /// How the socket secures its connections. Default `.none`.
    ///
    /// Assigning sets the options for PLAIN, CURVE and the ZAP domain, and puts those that the value does not speak of
    /// back to their defaults; reading finds out what they are set to.
    public var security: SocketSecurity {
        get {
            let domain = self.zapDomain
            if self.isCurveServer, let secretKey = self.curveSecretKey {
                let keys = self.curvePublicKey.map { CurveKeyPair(publicKey: $0, secretKey: secretKey) }
                // A server needs no public key to be set, but has one.
                return (keys ?? (try? CurveKeyPair(secretKey: secretKey))).map { .curveServer($0, domain: domain) }
                    ?? .none
            }
            if let server = self.curveServerKey, let secretKey = self.curveSecretKey,
                let publicKey = self.curvePublicKey
            {
                return .curveClient(CurveKeyPair(publicKey: publicKey, secretKey: secretKey), server: server)
            }
            if self.isPlainServer { return domain.map { .plainServer(domain: $0) } ?? .plainServer }
            if let username = self.plainUsername {
                return .plainClient(username: username, password: self.plainPassword ?? "")
            }
            return .none
        }
        set {
            let names = SocketOptionNames<S>()
            reset(names.isCurveServer)
            reset(names.curvePublicKey)
            reset(names.curveSecretKey)
            reset(names.curveServerKey)
            reset(names.isPlainServer)
            reset(names.plainUsername)
            reset(names.plainPassword)
            reset(names.zapDomain)
            reset(names.enforcesZAPDomain)
            switch newValue.kind {
            case .none: break
            case .plainServer(let domain):
                self.isPlainServer = true
                enforce(domain)
            case .plainClient(let username, let password):
                self.plainUsername = username
                if !password.isEmpty { self.plainPassword = password }
            case .curveServer(let keys, let domain):
                self.isCurveServer = true
                use(keys)
                enforce(domain)
            case .curveClient(let keys, let server):
                use(keys)
                self.curveServerKey = server
            }
        }
    }

    private mutating func use(_ keys: CurveKeyPair) {
        self.curvePublicKey = keys.publicKey
        self.curveSecretKey = keys.secretKey
    }

    private mutating func enforce(_ domain: String?) {
        guard let domain else { return }
        self.zapDomain = domain
        self.enforcesZAPDomain = true
    }
}

extension SocketOptions: CustomStringConvertible, CustomReflectable {
    /// That these are options, and not their values: a password may be among them.
    public var description: String { "options of a socket" }

    /// Nothing, as a password may be among them.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
