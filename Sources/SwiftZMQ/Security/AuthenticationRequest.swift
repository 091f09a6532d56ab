/// The question that an ``Authenticator`` is asked: may this peer come in?
public struct AuthenticationRequest: Hashable, Sendable {
    /// The ``SocketOptionNames/zapDomain`` of the socket that the peer connected to; empty where it has none.
    public let domain: String

    /// Where the peer comes from: an IP address, or for `ipc` `localhost:USER:GROUP:PROCESS` in numbers.
    public let address: String

    /// The routing id of the socket that the peer connected to; empty where it has none.
    public let routingID: Frame

    /// How the peer says who it is.
    public let mechanism: SecurityMechanism
}
