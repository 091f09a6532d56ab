/// The values that a node keeps, within bounds.
struct ValueStore: Sendable {
    /// A value, and how long and why it is kept.
    struct Entry: Sendable {
        var value: StoredValue
        /// When it is forgotten.
        var expires: Instant
        /// Since when this value is here.
        var since: Instant
        /// When somebody last stored it, or it was last handed to others.
        var lastShared: Instant
        /// Tells it from another of the same version, which was written elsewhere at the same time.
        var checksum: UInt32
        /// Whether it is only a copy that shortens the way for lookups; nobody relies on it.
        var isCopy: Bool

        /// What others are told of it.
        var held: PeerMessage.HeldValue {
            PeerMessage.HeldValue(version: value.version, checksum: checksum, isCopy: isCopy)
        }

        /// What those tell who have the same, and not as a copy.
        var heldAsOriginal: PeerMessage.HeldValue {
            PeerMessage.HeldValue(version: value.version, checksum: checksum, isCopy: false)
        }
    }

    /// What has become of a value that was to be kept.
    enum Outcome: Equatable {
        case kept
        /// The same was there.
        case known
        /// A newer one was there, with this version.
        case superseded(UInt64)
        /// There is no room, or its life is over already.
        case full
    }

    private let mostValues: Int
    private let mostBytes: Int
    private(set) var entries: [NodeID: Entry] = [:]
    /// The bytes of all values.
    private(set) var byteCount = 0
    /// The bytes that everything else about them takes, about.
    var entryByteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    init(mostValues: Int, mostBytes: Int) {
        self.mostValues = mostValues
        self.mostBytes = mostBytes
    }

    /// The value of a key, unless its life is over.
    func value(of key: NodeID, now: Instant) -> Entry? {
        guard let entry = entries[key], entry.expires > now else { return nil }
        return entry
    }

    /// Keeps a value if it is newer than the one that is there.
    mutating func keep(_ value: StoredValue, of key: NodeID, until expiry: Instant, asCopy isCopy: Bool, now: Instant)
        -> Outcome
    {
        if let entry = self.value(of: key, now: now) {
            if entry.value == value {
                entries[key]?.expires = max(entry.expires, expiry)
                if !isCopy {
                    entries[key]?.isCopy = false
                    entries[key]?.lastShared = now
                }
                return .known
            }
            guard value.supersedes(entry.value) else { return .superseded(entry.value.version) }
            // What others rely on here stays so.
            return replace(key, value, expiry, isCopy && entry.isCopy, now)
        }
        return replace(key, value, expiry, isCopy, now)
    }

    private mutating func replace(
        _ key: NodeID, _ value: StoredValue, _ expiry: Instant, _ isCopy: Bool, _ now: Instant
    ) -> Outcome {
        guard expiry > now else { return .full }
        let before = entries[key]?.value.bytes.count
        if !hasRoom(for: value, insteadOf: before) {
            removeCopies(except: key)
            guard !isCopy, hasRoom(for: value, insteadOf: before) else { return .full }
        }
        byteCount += value.bytes.count - (before ?? 0)
        entries[key] = Entry(
            value: value, expires: expiry, since: now, lastShared: now, checksum: Checksum.of(value.bytes),
            isCopy: isCopy)
        return .kept
    }

    private func hasRoom(for value: StoredValue, insteadOf before: Int?) -> Bool {
        byteCount - (before ?? 0) + value.bytes.count <= mostBytes && (before != nil || entries.count < mostValues)
    }

    private mutating func removeCopies(except key: NodeID) {
        for (other, entry) in entries where entry.isCopy && other != key { remove(other) }
    }

    /// Forgets a value.
    mutating func remove(_ key: NodeID) {
        if let entry = entries.removeValue(forKey: key) { byteCount -= entry.value.bytes.count }
    }

    /// Forgets what is out of date, and says which keys it were.
    mutating func removeExpired(now: Instant) -> [NodeID] {
        let expired = entries.filter { $0.value.expires <= now }.map(\.key)
        for key in expired { remove(key) }
        return expired
    }

    /// Notes that a value was handed to those who are to have it.
    mutating func noteShared(_ key: NodeID, now: Instant) { entries[key]?.lastShared = now }

    /// Keeps a value from now on as a copy, of which others have the originals.
    mutating func demote(_ key: NodeID, until expiry: Instant) {
        guard let entry = entries[key] else { return }
        entries[key]?.isCopy = true
        entries[key]?.expires = min(entry.expires, expiry)
    }
}
