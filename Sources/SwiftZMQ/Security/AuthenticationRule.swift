/// Whom to let in of those who show one kind of credential.
public struct AuthenticationRule<Credential: AuthenticationCredential>: Sendable {
    let decide: @Sendable (Credential, AuthenticationRequest) async throws -> AuthenticationDecision

    /// Nobody, the default.
    public static var nobody: Self {
        .decided { _, _ in .denied("nobody is let in so") }
    }

    /// Everybody, whatever they show.
    ///
    /// With CURVE, everybody has a key; it tells one peer from another, and that is all.
    public static var everybody: Self {
        .decided { credential, _ in .admitted(credential) }
    }

    /// Those for whom a closure decides so.
    ///
    /// - Parameter decide: is given the credential and the question, and may take its time: up to 64 questions are
    ///   looked into at once, and libzmq gives a peer up after the socket's ``SocketOptionNames/handshakeInterval``.
    ///   Its task is cancelled when the authenticator is stopped. An error that it throws is
    ///   ``AuthenticationDecision/failed(_:)``: the peer is not let in.
    public static func decided(
        by decide: @escaping @Sendable (Credential, AuthenticationRequest) async throws -> AuthenticationDecision
    ) -> Self {
        Self(decide: decide)
    }
}

extension AuthenticationRule<PlainCredential> {
    /// Those who know the password of their name.
    ///
    /// - Parameter passwords: the password of each name.
    public static func passwords(_ passwords: [String: String]) -> Self {
        let passwords = passwords.mapValues { Array($0.utf8) }
        return .decided { credential, _ in
            let shown = Array(credential.password.utf8)
            guard let password = passwords[credential.username], SecretBytes.areEqual(password, shown) else {
                return .denied("wrong name or password")
            }
            return .admitted(credential)
        }
    }
}

extension AuthenticationRule<CurveKey> {
    /// Those who have one of a set of keys.
    public static func keys(_ keys: Set<CurveKey>) -> Self {
        .decided { key, _ in keys.contains(key) ? .admitted(key) : .denied("unknown key") }
    }

    /// Those who have one of a set of keys, each under the name that is given with it: the `User-Id` of their messages.
    public static func users(_ names: [CurveKey: String]) -> Self {
        .decided { key, _ in names[key].map { .admitted(userID: $0) } ?? .denied("unknown key") }
    }

    /// Those whose public certificate is in a folder, in a file named `*.key`.
    ///
    /// The folder is looked at with each question, so that a certificate counts from when it is put there until it is
    /// taken away; files that have not changed are not read again. A file that is no certificate lets nobody in, and if
    /// the folder cannot be read, nobody is let in.
    public static func certificates(in folder: String) -> Self {
        let certificates = CertificateFolder(folder)
        return .decided { key, _ in
            try certificates.contains(key) ? .admitted(key) : .denied("no certificate in \(folder)")
        }
    }
}
