import WorkerProtocol

/// The workers of a service that can take a request, by the number of requests they have, and among equals in the
/// order in which they came to have that number. Every operation is O(1).
struct AvailableWorkers {
    private var lists: [SlotList] = []
    // Bit n is set where list n is not empty: the least load is found without going through the lists.
    private var occupied = InlineArray<16, UInt64>(repeating: 0)

    /// The least-loaded worker, the longest-waiting among equals, or -1.
    var first: Int {
        for word in 0..<16 where occupied[word] != 0 {
            return lists[word * 64 + occupied[word].trailingZeroBitCount].first
        }
        return -1
    }

    mutating func insert(_ worker: Int, load: Int, links: inout SlotLinks) {
        precondition(load < WorkerProperties.concurrencyRange.upperBound)
        while lists.count <= load { lists.append(SlotList()) }
        links.append(worker, to: &lists[load])
        occupied[load / 64] |= 1 << UInt64(load % 64)
    }

    mutating func remove(_ worker: Int, load: Int, links: inout SlotLinks) {
        links.remove(worker, from: &lists[load])
        if lists[load].isEmpty { occupied[load / 64] &= ~(1 << UInt64(load % 64)) }
    }
}
