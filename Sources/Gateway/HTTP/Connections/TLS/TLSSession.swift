import NIOSSL

/// What a connection that is secured needs to know of it.
struct TLSSession {
    /// The socket's side, which alone may close the socket.
    let edge: TLSEdgeHandler
    /// Whose certificate the client has proved to own, where it was asked for one.
    let clientCertificateSubject: String?

    /// Whether an error only says that the other side closed its socket without saying goodbye, which the socket itself
    /// tells too.
    static func isMissingGoodbye(_ error: any Error) -> Bool {
        if case NIOSSLError.uncleanShutdown = error { true } else { false }
    }
}
