public import SwiftZMQ

/// One's own keys, whom to connect to and whom to let in, as the certificates of ``CurveOptions`` say.
public struct CurveSettings: Sendable {
    /// Under which the authenticator is asked; with a domain nobody comes in unasked.
    private static let domain = "command-line"

    var keys: CurveKeyPair?
    var serverKey: CurveKey?
    var folder: String?

    /// No security.
    public init() {}

    /// Whether connections are encrypted.
    public var isOn: Bool { keys != nil || serverKey != nil }

    /// What an endpoint that is bound is secured by; nil for by nothing.
    public var bound: SocketSecurity? {
        guard folder != nil, let keys else { return nil }
        return .curveServer(keys, domain: Self.domain)
    }

    /// What an endpoint that is connected to is secured by; nil for by nothing.
    ///
    /// - Throws: `ZMQError` where no keys can be made for one who has none of its own.
    public func connected() throws -> SocketSecurity? {
        guard let serverKey else { return nil }
        return .curveClient(try keys ?? .generate(), server: serverKey)
    }

    /// Lets those in whose public certificates are in the folder, from now on, and tells of those who are turned away.
    ///
    /// - Parameter say: is given a line.
    public func startAuthenticator(_ context: Context, say: @escaping @Sendable (String) -> Void) throws {
        guard let folder else { return }
        let certificates = CertificateFolder(folder)
        var policy = AuthenticationPolicy()
        policy.curve = .decided { key, request in
            let reason: String
            do throws(ZMQError) {
                if try certificates.contains(key) { return .admitted(key) }
                reason = "its public key is not in \(folder)"
            } catch {
                reason = "\(error)"
            }
            say("turned \(request.address) away, key \(key): \(reason)")
            return .denied(reason)
        }
        try Authenticator(context, domains: [Self.domain: policy]).start()
    }
}
