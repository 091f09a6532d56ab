/// Instants to wake up at, at most one for each token; the earliest comes out first.
struct TimerHeap {
    private struct Entry {
        let token: UInt64
        var instant: Moment
    }

    // A binary heap, and where in it the entry of each token is.
    private var entries: [Entry] = []
    private var positions: [UInt64: Int] = [:]

    var earliest: Moment? { entries.first?.instant }

    /// Sets the instant of a token, in the place of the one it had, and says whether it is now the earliest of all.
    mutating func set(_ token: UInt64, at instant: Moment) -> Bool {
        if let position = positions[token] {
            entries[position].instant = instant
            moveUp(moveDown(position))
        } else {
            entries.append(Entry(token: token, instant: instant))
            positions[token] = entries.count - 1
            moveUp(entries.count - 1)
        }
        return entries[0].token == token
    }

    /// Forgets the instant of a token, if it has one.
    mutating func remove(_ token: UInt64) {
        if let position = positions[token] { removeEntry(at: position) }
    }

    /// Removes the earliest instant if it has come, and returns its token.
    mutating func removeFirst(dueAt now: Moment) -> UInt64? {
        guard let first = entries.first, first.instant <= now else { return nil }
        removeEntry(at: 0)
        return first.token
    }

    private mutating func removeEntry(at position: Int) {
        swapEntries(position, entries.count - 1)
        positions[entries.removeLast().token] = nil
        if position < entries.count { moveUp(moveDown(position)) }
    }

    @discardableResult
    private mutating func moveUp(_ start: Int) -> Int {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].instant < entries[parent].instant else { break }
            swapEntries(child, parent)
            child = parent
        }
        return child
    }

    private mutating func moveDown(_ start: Int) -> Int {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].instant < entries[smallest].instant { smallest = child }
            }
            guard smallest != parent else { return parent }
            swapEntries(parent, smallest)
            parent = smallest
        }
    }

    private mutating func swapEntries(_ one: Int, _ other: Int) {
        guard one != other else { return }
        entries.swapAt(one, other)
        positions[entries[one].token] = one
        positions[entries[other].token] = other
    }
}
