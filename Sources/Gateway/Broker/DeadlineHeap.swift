/// The times at which something is due at a slot, the earliest first; at most one for each slot.
struct DeadlineHeap {
    typealias Instant = ContinuousClock.Instant

    private struct Entry {
        var instant: Instant
        var slot: Int
    }

    private var entries: [Entry] = []
    private var positions: [Int32] = []

    var count: Int { entries.count }

    /// The earliest time and its slot.
    var first: (instant: Instant, slot: Int)? {
        entries.first.map { ($0.instant, $0.slot) }
    }

    /// Whether a time is set for a slot.
    func contains(_ slot: Int) -> Bool {
        slot < positions.count && positions[slot] >= 0
    }

    /// The slot that is due first, if its time has come.
    func due(at now: Instant) -> Int? {
        guard let first = entries.first, first.instant <= now else { return nil }
        return first.slot
    }

    /// Sets or changes the time of a slot.
    mutating func set(_ slot: Int, to instant: Instant) {
        while positions.count <= slot { positions.append(-1) }
        let position = Int(positions[slot])
        if position < 0 {
            entries.append(Entry(instant: instant, slot: slot))
            rise(from: entries.count - 1)
        } else {
            let isEarlier = instant < entries[position].instant
            entries[position].instant = instant
            if isEarlier { rise(from: position) } else { sink(from: position) }
        }
    }

    /// Forgets the time of a slot; does nothing where none is set.
    mutating func remove(_ slot: Int) {
        guard contains(slot) else { return }
        let position = Int(positions[slot])
        positions[slot] = -1
        let last = entries.removeLast()
        guard position < entries.count else { return }
        let isEarlier = last.instant < entries[position].instant
        entries[position] = last
        if isEarlier { rise(from: position) } else { sink(from: position) }
    }

    private mutating func rise(from start: Int) {
        var position = start
        let entry = entries[position]
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.instant < entries[parent].instant else { break }
            place(entries[parent], at: position)
            position = parent
        }
        place(entry, at: position)
    }

    private mutating func sink(from start: Int) {
        var position = start
        let entry = entries[position]
        while true {
            var child = 2 * position + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].instant < entries[child].instant { child += 1 }
            guard entries[child].instant < entry.instant else { break }
            place(entries[child], at: position)
            position = child
        }
        place(entry, at: position)
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        entries[position] = entry
        positions[entry.slot] = Int32(position)
    }
}
