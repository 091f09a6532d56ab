extension Node {
    /// How far a node has got that is about to leave.
    struct Leaving: Sendable {
        /// How often a value is still to be handed over.
        var remaining: Int
        /// Those that somebody lacked.
        var handedOver = 0

        mutating func noteHandedOver(_ wasLacking: Bool) { if wasLacking { handedOver += 1 } }
    }

    /// Hands what it keeps to those nearest to the keys who do not have it. ``NodeEvent/left(handedOver:)`` tells when that
    /// is done. Meanwhile it answers as before, and does nothing else any more.
    ///
    /// Copies, too: all who had the value may be gone, and then it lives on for as long as the copy had to live.
    public mutating func leave(now: Instant) {
        // Asked again, it says so again when it is done.
        guard leaving == nil else { return endLeaving() }
        let keys = address == nil ? [] : keysInOrderOfWeight(now: now)
        waitingTasks.removeAll()
        // Those that are being handed on already are counted, too, when they are done.
        let underWay = tasks.values.count { if case .republish = $0.goal { true } else { false } }
        leaving = Leaving(remaining: keys.count + underWay)
        // Those that are last in line begin first.
        for key in keys.reversed() { beginLater(.republish, of: key, now: now) }
        endLeaving()
    }

    /// The keys of all values that it has; those of copies, of which others mostly have the originals, are last.
    private func keysInOrderOfWeight(now: Instant) -> [NodeID] {
        let kept = values.entries.filter { $0.value.expires > now }
        return kept.filter { !$0.value.isCopy }.keys.sorted() + kept.filter { $0.value.isCopy }.keys.sorted()
    }

    mutating func endLeaving() {
        guard let leaving, leaving.remaining <= 0 else { return }
        events.append(.left(handedOver: leaving.handedOver))
    }
}
