/// Whom a node knows: many nodes near itself, and fewer the farther away they are.
///
/// The table is a tree of buckets. It begins with one, which has room for k nodes; a full bucket splits in two halves if one's
/// own identifier lies in it, and else stays as it is. So only one bucket at each depth is there that was not split, and the
/// tree is a list: bucket n has those who share exactly n bits with oneself, the last one all who share more.
///
/// The smallest part of the tree around oneself that has k nodes is known as a whole: whoever is the nearest of all to a key
/// has to know the k nearest. A bucket beyond which fewer than k nodes are known has room for more than k therefore. The
/// paper splits such a bucket instead (section 2.4, on unbalanced trees), which comes to the same.
struct RoutingTable: Sendable {
    /// What has become of a node that has answered.
    enum Sighting: Equatable {
        /// It was known, and is the one seen last now.
        case known
        /// It was known, had left its last request unanswered, and was seen before at this time.
        case returned(lastSeen: Instant)
        /// It was known, and has been started anew since.
        case restarted
        /// It has got a place.
        case added
        /// Its bucket is full: it waits for a place. The one seen longest ago is to be asked whether it is still there.
        case waits(for: Contact)
        /// Its identifier is known at another address, which is to be asked first.
        case elsewhere(Contact)
        /// It is oneself.
        case ownself
    }

    let own: NodeID
    /// The room of a bucket, k.
    let bucketSize: Int
    private(set) var buckets: [Bucket]
    private(set) var count = 0

    init(own: NodeID, bucketSize: Int, now: Instant) {
        self.own = own
        self.bucketSize = bucketSize
        buckets = [Bucket(now: now)]
    }

    /// The bucket to which an identifier belongs.
    @inline(__always)
    func index(of id: NodeID) -> Int { min(own.prefixLength(with: id), buckets.count - 1) }

    /// The entry of a node, if it is in the table.
    func entry(of id: NodeID) -> Bucket.Entry? {
        let bucket = buckets[index(of: id)]
        return bucket.position(of: id).map { bucket.entries[$0] }
    }

    /// How many times k nodes a bucket of the neighbourhood has room for. Among random identifiers two times k are seldom
    /// needed; more is for whoever chooses them.
    private static let neighbourhoodFactor = 4

    /// The first bucket of the neighbourhood: beyond it fewer than k nodes are known.
    var neighbourhoodDepth: Int {
        var known = 0
        for depth in stride(from: buckets.count - 1, to: 0, by: -1) {
            known += buckets[depth].entries.count
            if known >= bucketSize { return depth }
        }
        return 0
    }

    /// How many nodes a bucket has room for.
    private func room(at index: Int) -> Int {
        index >= neighbourhoodDepth ? bucketSize * Self.neighbourhoodFactor : bucketSize
    }

    /// Whether a bucket takes nobody else; the last one would be split.
    private func isFull(_ index: Int) -> Bool {
        guard buckets[index].entries.count >= bucketSize else { return false }
        return (index < buckets.count - 1 || index == NodeID.bitCount - 1)
            && buckets[index].entries.count >= room(at: index)
    }

    /// Whether a newcomer with this identifier would get a place, or wait for one that may become free.
    func hasRoom(for id: NodeID) -> Bool {
        let index = index(of: id)
        return !isFull(index) || buckets[index].entries.contains(where: \.isSuspect)
    }

    /// Whether everybody is known who is nearer to an identifier than another: there may be more of those only who belong to
    /// a bucket that is full.
    func knowsAllNearer(to target: NodeID, than other: NodeID) -> Bool {
        let nearest = index(of: target)
        // Whoever is nearer shares at least as many bits with the target. Those who share more than oneself are in one bucket.
        let shared = min(other.prefixLength(with: target), buckets.count - 1)
        let concerned = nearest < shared ? nearest..<nearest + 1 : shared..<buckets.count
        return !concerned.contains(where: isFull)
    }

    /// Notes that a node has answered.
    ///
    /// - Parameter incarnation: which of its starts this is; nil, the default, where that is not known.
    mutating func saw(_ contact: Contact, incarnation: UInt32? = nil, now: Instant) -> Sighting {
        guard contact.id != own else { return .ownself }
        while true {
            let index = index(of: contact.id)
            if let position = buckets[index].position(of: contact.id) {
                let entry = buckets[index].entries[position]
                guard entry.contact.address == contact.address else { return .elsewhere(entry.contact) }
                buckets[index].touch(position, incarnation: incarnation, now: now)
                if let incarnation, let before = entry.incarnation, incarnation != before { return .restarted }
                return entry.isSuspect ? .returned(lastSeen: entry.lastSeen) : .known
            }
            let isFull = buckets[index].entries.count >= bucketSize
            if isFull, index == buckets.count - 1, buckets.count < NodeID.bitCount {
                splitLast()
                continue
            }
            if !isFull || buckets[index].entries.count < room(at: index) {
                buckets[index].append(Bucket.Entry(contact: contact, incarnation: incarnation, lastSeen: now))
                count += 1
                return .added
            }
            buckets[index].wait(contact, hasAnswered: true)
            guard let oldest = buckets[index].leastRecentlySeen else { return .known }
            return .waits(for: oldest.contact)
        }
    }

    /// Lets a node that was only heard of wait for a place, unless it has one.
    mutating func heardOf(_ contact: Contact) {
        let index = index(of: contact.id)
        guard contact.id != own, buckets[index].position(of: contact.id) == nil else { return }
        buckets[index].wait(contact, hasAnswered: false)
    }

    /// Puts a node in the place of another that has fallen silent, if that is still there.
    mutating func replace(_ old: NodeID, by contact: Contact, now: Instant) {
        let index = index(of: old)
        guard let position = buckets[index].position(of: old) else { return }
        if old == contact.id {
            buckets[index].setContact(contact, at: position, now: now)
        } else {
            buckets[index].remove(at: position)
            count -= 1
            _ = saw(contact, now: now)
        }
    }

    /// What is to be done after a node has left a request unanswered, or has lost its place.
    struct Failure: Equatable {
        /// The node, if it has lost its place, and when it last answered.
        var removed: LapsedContacts.Lapsed?
        /// Who may have the place, and is to be asked whether it is there.
        var replacement: Contact?
    }

    /// Notes that a node has not answered: the second time in a row it gives way to one that waits for its place and has
    /// answered, the fifth time in any case.
    mutating func failed(_ id: NodeID) -> Failure {
        let index = index(of: id)
        guard let position = buckets[index].position(of: id) else { return Failure() }
        buckets[index].fail(position)
        let entry = buckets[index].entries[position]
        if entry.failures >= 5 || entry.failures >= 2 && buckets[index].hasReplacement { return remove(id) }
        // Whoever is only said to be there must answer first.
        return Failure(replacement: entry.failures >= 2 ? buckets[index].takeReplacement() : nil)
    }

    /// Takes a node's place away.
    mutating func remove(_ id: NodeID) -> Failure {
        let index = index(of: id)
        guard let position = buckets[index].position(of: id) else { return Failure() }
        let entry = buckets[index].entries[position]
        buckets[index].remove(at: position)
        count -= 1
        return Failure(
            removed: LapsedContacts.Lapsed(contact: entry.contact, lastSeen: entry.lastSeen),
            replacement: buckets[index].takeReplacement())
    }

    private mutating func splitLast() {
        let depth = buckets.count - 1
        let own = own
        buckets.append(buckets[depth].split { own.prefixLength(with: $0) > depth })
    }
}

extension RoutingTable {
    /// Those who have left their last request unanswered.
    var suspects: [Contact] {
        buckets.flatMap { $0.entries.filter(\.isSuspect) }.map(\.contact)
    }

    /// Whether none of those that are known has answered its last request.
    var isDeserted: Bool { buckets.allSatisfy { $0.entries.allSatisfy(\.isSuspect) } }

    /// The neighbours that were not seen since a time, those seen longest ago first, and only so many.
    func quietNeighbours(since time: Instant, most: Int) -> [Contact] {
        var quiet: [Bucket.Entry] = []
        for bucket in buckets[neighbourhoodDepth...] {
            for entry in bucket.entries where !entry.isSuspect && entry.lastSeen < time { quiet.append(entry) }
        }
        quiet.sort { $0.lastSeen < $1.lastSeen }
        return quiet.prefix(most).map(\.contact)
    }

    /// Notes that somebody is looked for in a range.
    mutating func noteLookup(of id: NodeID, now: Instant) { buckets[index(of: id)].lastLookup = now }

    /// Notes that all neighbours are looked for.
    mutating func noteLookupOfNeighbours(now: Instant) {
        for depth in neighbourhoodDepth..<buckets.count { buckets[depth].lastLookup = now }
    }

    /// The buckets in whose range nobody was looked for since a time.
    func buckets(notLookedUpSince time: Instant) -> [Int] { buckets.indices.filter { buckets[$0].lastLookup < time } }

    /// The bytes that the table takes, about.
    var byteCount: Int {
        buckets.reduce(0) {
            $0 + MemoryLayout<Bucket>.stride + $1.entries.capacity * MemoryLayout<Bucket.Entry>.stride
                + $1.replacements.capacity * MemoryLayout<Bucket.Waiting>.stride
        }
    }
}
