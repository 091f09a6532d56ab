/// What a node tells whoever drives it.
public enum NodeEvent: Sendable {
    /// It is part of the network: those nearest to it have answered, and know it.
    case joined
    /// Somebody through whom it is to join has not answered, and is asked again.
    case stillJoining(through: PeerAddress)
    /// Another node, at this address, has the same identifier: most others know one of the two alone.
    case sharesIdentifier(with: PeerAddress)
    /// A lookup has ended with the nodes nearest to what was looked for.
    case neighbours(NodeOperation, [Contact], LookupFigures)
    /// A value was found, or nobody has it.
    case found(NodeOperation, StoredValue?, LookupFigures)
    /// A value is stored at so many nodes now, one's own included.
    case stored(NodeOperation, at: Int, LookupFigures)
    /// A node has answered after a time, or nil: it has not.
    case pinged(NodeOperation, (id: NodeID, after: Instant.Span)?)
    /// It has handed over what it had, so many values, and may go.
    case left(handedOver: Int)
    /// A value is kept from now on; see ``NodeSettings/reportsValues``.
    case kept(NodeID, KeptValue)
    /// A value is kept no more.
    case forgotten(NodeID)
}

/// Tells which of the things that a node was asked to do an event belongs to.
public struct NodeOperation: Hashable, Sendable {
    let number: UInt64
}

/// A value and until when it is kept.
public struct KeptValue: Hashable, Sendable {
    /// The value.
    public let value: StoredValue
    /// When it is forgotten.
    public let expires: Instant

    /// A value by its parts.
    public init(_ value: StoredValue, expires: Instant) {
        self.value = value
        self.expires = expires
    }
}

/// What a lookup has cost.
public struct LookupFigures: Hashable, Sendable {
    /// How many answers, one after another, led to the farthest node that was asked.
    public let rounds: Int
    /// The requests and answers.
    public let messages: Int

    static let none = LookupFigures(rounds: 0, messages: 0)

    init(rounds: Int, messages: Int) {
        self.rounds = rounds
        self.messages = messages
    }

    init(_ lookup: Lookup) {
        self.init(rounds: lookup.rounds, messages: lookup.requests + lookup.answers)
    }
}
