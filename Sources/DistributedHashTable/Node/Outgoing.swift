/// A message that is to be sent.
public enum Outgoing: Sendable {
    /// A request to a node, through a connection to its address.
    case request(PeerMessage, to: PeerAddress)
    /// An answer, through the connection that the request has come through.
    case answer(PeerMessage, to: UInt64)
}

/// Where a message has come from.
public enum MessageSource: Sendable {
    /// Through a connection that a peer has made: its address, the number by which the driver knows the connection, and the
    /// key by which the peer was recognized.
    case connection(IPAddress, number: UInt64, key: PublicKey)
    /// Through the connection that was made to this address.
    case address(PeerAddress)
}
