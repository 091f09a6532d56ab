/// What a peer shows to prove who it is.
public protocol AuthenticationCredential: Sendable {
    /// Who the peer is, if the credential is right: the `User-Id` of its messages.
    var userID: String { get }
}

/// The name and the password that a PLAIN client shows.
public struct PlainCredential: AuthenticationCredential {
    /// The name.
    public let username: String
    /// The password.
    public let password: String

    /// The name.
    public var userID: String { username }
}

extension PlainCredential: CustomStringConvertible, CustomReflectable {
    /// The name, and not the password.
    public var description: String { "PLAIN user \(username)" }

    /// The name, and not the password.
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}

extension CurveKey: AuthenticationCredential {
    /// The key as 40 characters of Z85.
    public var userID: String { z85 }
}

/// The principal that a GSSAPI client has proved to be.
public struct GSSAPIPrincipal: AuthenticationCredential, Hashable {
    /// The principal's name.
    public let name: String

    /// The principal's name.
    public var userID: String { name }
}
