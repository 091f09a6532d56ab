/// Nodes that have lost their places because they did not answer, and that may come back.
///
/// When the network was cut in two, each half has forgotten the other by the time it is whole again. Some of those that were
/// forgotten are asked now and then whether they are there.
struct LapsedContacts: Sendable {
    /// The most that are remembered.
    static let capacity = 64

    /// A node, and when it last answered.
    struct Lapsed: Equatable, Sendable {
        let contact: Contact
        let lastSeen: Instant
    }

    private(set) var contacts: [Lapsed] = []
    private var next = 0

    /// Remembers a node; when there are too many, one of the others goes, whichever the generator says.
    mutating func add(_ lapsed: Lapsed, using generator: inout some RandomNumberGenerator) {
        remove(lapsed.contact.id)
        if contacts.count >= Self.capacity {
            contacts[Int.random(in: contacts.indices, using: &generator)] = lapsed
        } else {
            contacts.append(lapsed)
        }
    }

    /// Forgets a node; when it last answered, if it was remembered.
    @discardableResult
    mutating func remove(_ id: NodeID) -> Instant? {
        guard let position = contacts.firstIndex(where: { $0.contact.id == id }) else { return nil }
        return contacts.remove(at: position).lastSeen
    }

    /// The one to be asked now; each has its turn.
    mutating func takeTurn() -> Contact? {
        guard !contacts.isEmpty else { return nil }
        next = (next + 1) % contacts.count
        return contacts[next].contact
    }
}
