/// Whom an ``Authenticator`` lets in.
///
/// ```swift
/// var policy = AuthenticationPolicy()
/// policy.addresses = try .only("127.0.0.1", "10.0.0.0/8")
/// policy.curve = .certificates(in: "/etc/app/clients")
/// ```
///
/// A new policy lets nobody in. A peer is let in if its address and its credential are.
public struct AuthenticationPolicy: Sendable {
    /// The addresses that peers may come from. Default `.any`.
    public var addresses = AddressRule.any

    /// Whether peers are let in that show no credential at all, if their address is. Default false.
    ///
    /// It is for sockets that use no security and have a ``SocketOptionNames/zapDomain``; about those without one,
    /// nobody is asked, and everybody can connect.
    public var admitsWithoutCredential = false

    /// Which PLAIN clients are let in. Default `.nobody`.
    public var plain = AuthenticationRule<PlainCredential>.nobody

    /// Which CURVE clients are let in. Default `.nobody`.
    public var curve = AuthenticationRule<CurveKey>.nobody

    /// Which GSSAPI clients are let in. Default `.nobody`.
    public var gssapi = AuthenticationRule<GSSAPIPrincipal>.nobody

    /// A policy that lets nobody in.
    public init() {}
}
