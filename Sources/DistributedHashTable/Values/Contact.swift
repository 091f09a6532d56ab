/// A node that is known: who it is and where.
public struct Contact: Hashable, Sendable {
    /// Where it can be reached.
    public let address: PeerAddress
    /// Its identifier.
    public let id: NodeID

    /// A contact by its parts.
    @inline(__always)
    public init(id: NodeID, address: PeerAddress) {
        self.id = id
        self.address = address
    }

    /// Whether the identifier is the one that the public key gives.
    public var idBelongsToKey: Bool { NodeID(hashing: address.key.bytes) == id }
}
