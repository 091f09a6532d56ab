// What is due from time to time.
extension Node {
    /// How long it is remembered to whom values were handed.
    private static let memoryOfHandOvers = Instant.Span.minutes(10)

    mutating func keepHouse(now: Instant) {
        nextHousekeeping = now + settings.housekeepingInterval.jittered(using: &random)
        tokens.renew(using: &random, now: now)
        let expired = values.removeExpired(now: now)
        if settings.reportsValues { for key in expired.sorted() { events.append(.forgotten(key)) } }
        handedTo = handedTo.filter { now - $0.value < Self.memoryOfHandOvers }
        guard leaving == nil else { return }
        lookForTheLost(now: now)
        guard hasJoined, address != nil else { return }
        republishDue(now: now)
        refreshDue(now: now)
    }

    /// Asks one of those that have fallen silent whether it is there again; and whoever the network was joined through,
    /// when nobody is left.
    private mutating func lookForTheLost(now: Instant) {
        if let contact = lapsed.takeTurn() { probe(contact, now: now) }
        if hasJoined, table.count == 0 { for address in bootstraps { askToJoin(address, now: now) } }
    }

    private mutating func republishDue(now: Instant) {
        let waiting = Set(waitingTasks.compactMap { if case .republish = $0.goal { $0.target } else { nil } })
        var due: [NodeID] = []
        for (key, entry) in values.entries where !entry.isCopy && !waiting.contains(key) {
            // Not all holders at the same time: the first spares the others the work.
            let lag = 1 + Double((key.low ^ id.low) % 256) / 1024
            if now - entry.lastShared >= settings.republishInterval * lag { due.append(key) }
        }
        for key in due.sorted() {
            values.noteShared(key, now: now)
            beginLater(.republish, of: key, now: now)
        }
    }

    private mutating func refreshDue(now: Instant) {
        guard now.microseconds > settings.refreshInterval.microseconds else { return }
        for depth in table.buckets(notLookedUpSince: now + settings.refreshInterval * -1) {
            let target =
                depth == table.buckets.count - 1 ? id : id.random(sharing: depth, using: &random)
            // Noted at once, so that it is not due again while it waits.
            table.noteLookup(of: target, now: now)
            beginLater(.refresh, of: target, now: now)
        }
    }
}
