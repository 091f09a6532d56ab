/// Nodes that have lost their places because they did not answer, and that may come back.
///
/// When the network was cut in two, each half has forgotten the other by the time it is whole again. Some of those that were
/// forgotten are asked now and then whether they are there.
struct LapsedContacts: Sendable {
    /// The most that are remembered.
    static let capacity = 64

    private(set) var contacts: [Contact] = []
    private var next = 0

    /// Remembers a node; when there are too many, one of the others goes, whichever the generator says.
    mutating func add(_ contact: Contact, using generator: inout some RandomNumberGenerator) {
        contacts.removeAll { $0.id == contact.id }
        if contacts.count >= Self.capacity {
            contacts[Int.random(in: contacts.indices, using: &generator)] = contact
        } else {
            contacts.append(contact)
        }
    }

    /// Forgets a node that has answered.
    mutating func remove(_ id: NodeID) { contacts.removeAll { $0.id == id } }

    /// The one to be asked now; each has its turn.
    mutating func takeTurn() -> Contact? {
        guard !contacts.isEmpty else { return nil }
        next = (next + 1) % contacts.count
        return contacts[next]
    }
}
