/// Whether a peer is let in.
public enum AuthenticationDecision: Hashable, Sendable {
    /// The peer is let in (status 200).
    ///
    /// - Parameters:
    ///   - userID: who it is: ``FrameMetadata/userID`` of its messages.
    ///   - metadata: what else is to be known about it, under names of 1 to 255 bytes: ``FrameMetadata`` has them.
    case admitted(userID: String, metadata: [String: String] = [:])

    /// The peer is not let in (status 400), and gives up. The reason is for the ``Authenticator``'s report; the peer learns
    /// the status alone.
    case denied(String)

    /// The peer may try again (status 300). It is told nothing: its connection is closed when the server's
    /// ``SocketOptionNames/handshakeInterval`` is over, and it then connects again.
    case retryLater(String)

    /// It could not be found out (status 500), so that the peer is not let in. It gives up.
    case failed(String)

    /// The peer is let in as whoever its credential says.
    public static func admitted(_ credential: some AuthenticationCredential) -> Self {
        .admitted(userID: credential.userID)
    }
}
