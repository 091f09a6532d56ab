/// Instants to wake up at, each with the token of a socket; the earliest comes out first.
struct TimerHeap {
    private struct Entry {
        let instant: Moment
        let token: UInt64
    }

    private var entries: [Entry] = []

    var earliest: Moment? { entries.first?.instant }

    /// Adds an instant and says whether it is now the earliest.
    mutating func insert(_ token: UInt64, at instant: Moment) -> Bool {
        entries.append(Entry(instant: instant, token: token))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].instant < entries[parent].instant else { break }
            entries.swapAt(child, parent)
            child = parent
        }
        return child == 0
    }

    /// Removes the earliest instant if it has come.
    mutating func removeFirst(dueAt now: Moment) -> UInt64? {
        guard let first = entries.first, first.instant <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].instant < entries[smallest].instant { smallest = child }
            }
            guard smallest != parent else { return first.token }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
