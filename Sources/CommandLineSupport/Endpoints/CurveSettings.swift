public import SwiftZMQ
import SystemSupport

/// One's own keys, whom to connect to and whom to let in, as the certificates of ``CurveOptions`` say.
public struct CurveSettings: Sendable {
    /// Under which the authenticator is asked; with a domain nobody comes in unasked.
    private static let domain = "command-line"

    var keys: CurveKeyPair?
    var serverKey: CurveKey?
    var folder: String?

    /// No security.
    public init() {}

    /// One's own keys; nil where none were named.
    public var ownKeys: CurveKeyPair? { keys }

    /// The public key of whoever is connected to; nil where none was named.
    public var keyOfServer: CurveKey? { serverKey }

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

    /// Says, once, that whoever reaches the endpoints can use them; nothing where they are secured, or of this machine.
    ///
    /// - Parameters:
    ///   - endpoints: those that are bound.
    ///   - say: is given a line.
    public func warn(of endpoints: [EndpointArgument], say: (String) -> Void) {
        guard !isOn, let open = endpoints.first(where: \.isOpenToOtherMachines) else { return }
        say("\(open) is open to every machine that reaches it; bind 127.0.0.1, or let in whom you know: --curve-allow")
    }

    /// Whether somebody is let in, by its public key and its address.
    public typealias Admission = @Sendable (_ key: CurveKey, _ address: String) -> AuthenticationDecision

    /// Lets those in whose public certificates are in the folder, from now on, and tells of those who are turned away.
    ///
    /// - Parameters:
    ///   - admitsOwnKey: whether those are let in, too, who have the same keys. Default no.
    ///   - say: is given a line; of a peer that comes again and again, at ever longer intervals.
    /// - Returns: what decides, for connections that libzmq does not encrypt itself; nil where everybody may connect.
    @discardableResult
    public func startAuthenticator(
        _ context: Context, admitsOwnKey: Bool = false, say: @escaping @Sendable (String) -> Void
    ) throws -> Admission? {
        guard let folder else { return nil }
        let certificates = CertificateFolder(folder)
        let ownKey = admitsOwnKey ? keys?.publicKey : nil
        let refusals = Locked(RepeatedNotices<CurveKey>())
        let admission: Admission = { key, address in
            if key == ownKey { return .admitted(key) }
            let reason: String
            do throws(ZMQError) {
                if try certificates.contains(key) { return .admitted(key) }
                reason = "its public key is not in \(folder)"
            } catch {
                reason = "\(error)"
            }
            if refusals.withLock({ $0.isDue(key, at: .now) }) {
                say("turned \(address) away, key \(key): \(reason)")
            }
            return .denied(reason)
        }
        var policy = AuthenticationPolicy()
        policy.curve = .decided { key, request in admission(key, request.address) }
        try Authenticator(context, domains: [Self.domain: policy]).start()
        return admission
    }
}
