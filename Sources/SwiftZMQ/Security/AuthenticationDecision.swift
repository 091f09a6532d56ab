/// Whether a peer is let in.
public enum AuthenticationDecision: Hashable, Sendable {
    /// The peer is let in (status 200).
    ///
    /// - Parameters:
    ///   - userID: who it is: ``MessageMetadata/userID`` of its messages.
    ///   - metadata: what else is to be known about it, under names of 1 to 255 bytes: ``MessageMetadata`` has them.
    case admitted(userID: String, metadata: [String: String] = [:])

    /// The peer is not let in (status 400). The reason is for the ``Authenticator``'s report; the peer does not learn it.
    case denied(String)

    /// The peer may try again (status 300): it is disconnected without a word.
    case retryLater(String)

    /// It could not be found out (status 500), so that the peer is not let in.
    case failed(String)

    /// The peer is let in as whoever its credential says.
    public static func admitted(_ credential: some AuthenticationCredential) -> Self {
        .admitted(userID: credential.userID)
    }
}
