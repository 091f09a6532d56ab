/// Some of the nodes whose identifiers have the same number of bits in common with one's own.
///
/// A node that has answered for long is likely to go on answering, so those that are here stay, and newcomers wait in the
/// replacement cache until one of them falls silent.
struct Bucket: Sendable {
    /// A contact, and what is known of its health.
    struct Entry: Sendable {
        var contact: Contact
        /// The requests in a row that it has not answered.
        var failures: UInt8 = 0
        /// Which of its starts it was that has answered last; nil where none has since it got its place.
        var incarnation: UInt32?
        var lastSeen: Instant

        /// Whether it left its last request unanswered.
        @inline(__always)
        var isSuspect: Bool { failures > 0 }
    }

    /// A contact that waits for a place.
    struct Waiting: Sendable {
        let contact: Contact
        /// Whether it has answered; if not, somebody only says that it is there.
        let hasAnswered: Bool
    }

    /// The most contacts that wait for a place.
    static let mostReplacements = 8

    private(set) var entries: [Entry] = []
    /// Those that wait for a place, the one heard of last at the end.
    private(set) var replacements: [Waiting] = []
    /// When somebody was last looked for in the bucket's range.
    var lastLookup: Instant

    init(now: Instant) { lastLookup = now }

    @inline(__always)
    func position(of id: NodeID) -> Int? {
        for position in entries.indices where entries[position].contact.id == id { return position }
        return nil
    }

    /// The entry that was seen longest ago.
    var leastRecentlySeen: Entry? { entries.min { $0.lastSeen < $1.lastSeen } }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        replacements.removeAll { $0.contact.id == entry.contact.id }
    }

    mutating func touch(_ position: Int, incarnation: UInt32?, now: Instant) {
        entries[position].incarnation = incarnation ?? entries[position].incarnation
        entries[position].lastSeen = now
        entries[position].failures = 0
    }

    mutating func fail(_ position: Int) { entries[position].failures &+= 1 }

    mutating func remove(at position: Int) { entries.remove(at: position) }

    mutating func setContact(_ contact: Contact, at position: Int, now: Instant) {
        entries[position] = Entry(contact: contact, lastSeen: now)
    }

    /// Lets a contact wait for a place; of those that have not answered, and then of all, the one that has waited longest makes
    /// room. One that has answered gives way to no other claim.
    mutating func wait(_ contact: Contact, hasAnswered: Bool) {
        if !hasAnswered, replacements.contains(where: { $0.contact.id == contact.id && $0.hasAnswered }) { return }
        replacements.removeAll { $0.contact.id == contact.id }
        if replacements.count >= Self.mostReplacements {
            guard let place = replacements.firstIndex(where: { !$0.hasAnswered }) ?? (hasAnswered ? 0 : nil) else {
                return
            }
            replacements.remove(at: place)
        }
        replacements.append(Waiting(contact: contact, hasAnswered: hasAnswered))
    }

    /// Whether somebody waits who has answered.
    var hasReplacement: Bool { replacements.contains(where: \.hasAnswered) }

    /// Takes the contact out of the replacement cache that was heard of last, of those that have answered if there are any.
    mutating func takeReplacement() -> Contact? {
        guard let place = replacements.lastIndex(where: \.hasAnswered) ?? replacements.indices.last else { return nil }
        return replacements.remove(at: place).contact
    }

    /// Moves those to another bucket that do not belong here.
    mutating func split(off belongsElsewhere: (NodeID) -> Bool) -> Bucket {
        var other = Bucket(now: lastLookup)
        other.entries = entries.filter { belongsElsewhere($0.contact.id) }
        other.replacements = replacements.filter { belongsElsewhere($0.contact.id) }
        entries.removeAll { belongsElsewhere($0.contact.id) }
        replacements.removeAll { belongsElsewhere($0.contact.id) }
        return other
    }
}
