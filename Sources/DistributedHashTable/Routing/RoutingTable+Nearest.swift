extension RoutingTable {
    /// The known nodes nearest to an identifier, nearest first.
    ///
    /// The buckets lie in order around any target: first the bucket to which it belongs, then all deeper ones together, then
    /// one by one those before it. So few of them are looked at.
    ///
    /// - Parameters:
    ///   - suspects: whether those count that left their last request unanswered.
    ///   - counts: whether a node counts; by default each does.
    func nearest(
        to target: NodeID, _ wanted: Int, suspects: Bool = false, where counts: (Contact) -> Bool = { _ in true }
    ) -> [Contact] {
        var nearest: [Contact] = []
        nearest.reserveCapacity(min(wanted, count))
        visitNearest(to: target, suspects: suspects) { entry in
            if counts(entry.contact) { nearest.append(entry.contact) }
            return nearest.count < wanted
        }
        return nearest
    }

    /// The known nodes that were seen last, the last one first.
    func lastSeen(_ wanted: Int) -> [Contact] {
        let entries = buckets.flatMap(\.entries).filter { !$0.isSuspect }
        return entries.sorted { $0.lastSeen > $1.lastSeen }.prefix(wanted).map(\.contact)
    }

    /// How many known nodes are nearer to an identifier than another, counted up to a limit.
    ///
    /// - Parameters:
    ///   - other: the other; nil, the default, for oneself.
    ///   - time: only those count that have answered since.
    func countNearer(to target: NodeID, than other: NodeID? = nil, upTo limit: Int, seenSince time: Instant = .start)
        -> Int
    {
        let distance = (other ?? own).distance(to: target)
        var count = 0
        visitNearest(to: target, suspects: false) { entry in
            guard entry.contact.id.distance(to: target) < distance else { return false }
            if entry.lastSeen >= time { count += 1 }
            return count < limit
        }
        return count
    }

    /// Shows known nodes in the order of their distance until the closure has seen enough.
    @inline(__always)
    private func visitNearest(to target: NodeID, suspects: Bool, _ visit: (borrowing Bucket.Entry) -> Bool) {
        let first = index(of: target)
        guard visitBuckets(first..<first + 1, target, suspects, visit) else { return }
        guard visitBuckets(first + 1..<buckets.count, target, suspects, visit) else { return }
        for index in stride(from: first - 1, through: 0, by: -1) {
            guard visitBuckets(index..<index + 1, target, suspects, visit) else { return }
        }
    }

    /// Shows the nodes of some buckets in order; false once the closure has seen enough.
    private func visitBuckets(
        _ range: Range<Int>, _ target: NodeID, _ suspects: Bool, _ visit: (borrowing Bucket.Entry) -> Bool
    ) -> Bool {
        var places = 0
        for index in range { places += buckets[index].entries.count }
        guard places > 0 else { return true }
        // Sorted are a word of the distance and the place; contacts are ten times as long.
        return withUnsafeTemporaryAllocation(of: Place.self, capacity: places) { sorted in
            var used = 0
            for bucket in range {
                let entries = buckets[bucket].entries
                for position in entries.indices where suspects || !entries[position].isSuspect {
                    let distance = entries[position].contact.id.distance(to: target)
                    var hole = used
                    while hole > 0, distance < sorted[hole - 1].distance {
                        sorted[hole] = sorted[hole - 1]
                        hole -= 1
                    }
                    sorted[hole] = Place(distance: distance, bucket: UInt16(bucket), position: UInt16(position))
                    used += 1
                }
            }
            for number in 0..<used {
                let place = sorted[number]
                guard visit(buckets[Int(place.bucket)].entries[Int(place.position)]) else { return false }
            }
            return true
        }
    }

    private struct Place {
        let distance: NodeID
        let bucket: UInt16
        let position: UInt16
    }
}
