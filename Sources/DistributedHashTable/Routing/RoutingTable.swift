/// Whom a node knows: many nodes near itself, and fewer the farther away they are.
///
/// The table is a tree of buckets. It begins with one, which has room for k nodes; a full bucket splits in two halves if one's
/// own identifier lies in it, and else stays as it is. So only one bucket at each depth is there that was not split, and the
/// tree is a list: bucket n has those who share exactly n bits with oneself, the last one all who share more.
struct RoutingTable: Sendable {
    /// What has become of a node that has answered.
    enum Sighting: Equatable {
        /// It was known, and is the one seen last now.
        case known
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

    /// Whether a newcomer with this identifier would get a place, or wait for one that may become free.
    func hasRoom(for id: NodeID) -> Bool {
        let index = index(of: id)
        return buckets[index].entries.count < bucketSize || index == buckets.count - 1 && index < NodeID.bitCount - 1
            || buckets[index].entries.contains(where: \.isSuspect)
    }

    /// Notes that a node has answered.
    mutating func saw(_ contact: Contact, now: Instant) -> Sighting {
        guard contact.id != own else { return .ownself }
        while true {
            let index = index(of: contact.id)
            if let position = buckets[index].position(of: contact.id) {
                let entry = buckets[index].entries[position]
                guard entry.contact.address == contact.address else { return .elsewhere(entry.contact) }
                buckets[index].touch(position, now: now)
                return .known
            }
            if buckets[index].entries.count < bucketSize {
                buckets[index].append(Bucket.Entry(contact: contact, lastSeen: now))
                count += 1
                return .added
            }
            if index == buckets.count - 1, buckets.count < NodeID.bitCount {
                splitLast()
                continue
            }
            buckets[index].wait(contact)
            guard let oldest = buckets[index].leastRecentlySeen else { return .known }
            return .waits(for: oldest.contact)
        }
    }

    /// Lets a node that was only heard of wait for a place, unless it has one.
    mutating func heardOf(_ contact: Contact) {
        let index = index(of: contact.id)
        guard contact.id != own, buckets[index].position(of: contact.id) == nil else { return }
        buckets[index].wait(contact)
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

    /// What is to be done after a node has left a request unanswered.
    struct Failure: Equatable {
        /// The node, if it has lost its place.
        var removed: Contact?
        /// Who may have the place, and is to be asked whether it is there.
        var replacement: Contact?
    }

    /// Notes that a node has not answered: the second time in a row it gives way to one that waits for its place, the fifth
    /// time in any case.
    mutating func failed(_ id: NodeID) -> Failure {
        let index = index(of: id)
        guard let position = buckets[index].position(of: id) else { return Failure() }
        buckets[index].fail(position)
        let entry = buckets[index].entries[position]
        guard entry.failures >= 5 || entry.failures >= 2 && !buckets[index].replacements.isEmpty else {
            return Failure()
        }
        buckets[index].remove(at: position)
        count -= 1
        return Failure(removed: entry.contact, replacement: buckets[index].takeReplacement())
    }

    private mutating func splitLast() {
        let depth = buckets.count - 1
        let own = own
        buckets.append(buckets[depth].split { own.prefixLength(with: $0) > depth })
    }
}

extension RoutingTable {
    /// Notes that somebody is looked for in a range.
    mutating func noteLookup(of id: NodeID, now: Instant) { buckets[index(of: id)].lastLookup = now }

    /// The buckets in whose range nobody was looked for since a time.
    func buckets(notLookedUpSince time: Instant) -> [Int] { buckets.indices.filter { buckets[$0].lastLookup < time } }

    /// The bytes that the table takes, about.
    var byteCount: Int {
        buckets.reduce(0) {
            $0 + MemoryLayout<Bucket>.stride + $1.entries.capacity * MemoryLayout<Bucket.Entry>.stride
                + $1.replacements.capacity * MemoryLayout<Contact>.stride
        }
    }
}
