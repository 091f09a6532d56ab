// What is due from time to time.
extension Node {
    /// How long it is remembered to whom values were handed.
    private static let memoryOfHandOvers = Instant.Span.minutes(10)

    mutating func keepHouse(now: Instant) {
        nextHousekeeping = now + settings.housekeepingInterval.jittered(using: &random)
        tokens.renew(using: &random, now: now)
        let expired = values.removeExpired(now: now)
        if settings.reportsValues { for key in expired.sorted() { events.append(.forgotten(key)) } }
        handedTo = handedTo.filter { now - $0.value.time < Self.memoryOfHandOvers }
        guard leaving == nil else { return }
        lookForTheLost(now: now)
        guard hasJoined, address != nil else { return }
        republishAfterCut(now: now)
        republishDue(now: now)
        refreshDue(now: now)
    }

    /// So many of each kind are asked at once whether they are there.
    private static let mostChecks = 4

    /// Asks whether they are there again one of those that have lost their places, and some of those that have fallen silent;
    /// and some of the neighbours whether they still are. When nobody is left, those are asked through whom the network was
    /// joined.
    private mutating func lookForTheLost(now: Instant) {
        if let contact = lapsed.takeTurn() { probe(contact, now: now) }
        let suspects = table.suspects
        let first = suspects.isEmpty ? 0 : Int.random(in: suspects.indices, using: &random)
        for number in 0..<min(suspects.count, Self.mostChecks) {
            probe(suspects[(first + number) % suspects.count], now: now)
        }
        let quiet = now + settings.challengeInterval * -1
        for contact in table.quietNeighbours(since: quiet, most: Self.mostChecks) { probe(contact, now: now) }
        if hasJoined, table.isDeserted { for address in bootstraps { askToJoin(address, now: now) } }
    }

    /// So many that are back mean that the network was cut, and is whole again: fewer where few are known.
    private var returnsAfterCut: Int { max(1, min(3, settings.replication / 4)) }

    /// Hands what was stored during a cut to those who are nearest to its key now: they may all have been on the other side.
    private mutating func republishAfterCut(now: Instant) {
        guard returned >= returnsAfterCut, now >= nextMending else { return }
        nextMending = now + settings.neighbourhoodInterval * 0.5
        for (key, entry) in values.entries.sorted(by: { $0.key < $1.key })
        where !entry.isCopy && entry.since >= silentSince {
            beginLater(.republish, of: key, now: now)
        }
        returned = 0
        silentSince = .never
    }

    private mutating func republishDue(now: Instant) {
        let waiting = Set(waitingTasks.compactMap { if case .republish = $0.goal { $0.target } else { nil } })
        var due: [NodeID] = []
        for (key, entry) in values.entries where !entry.isCopy && !waiting.contains(key) {
            // Not all holders at the same time: whoever comes later finds that the others have it, and sends it to nobody.
            let lag = 1 + Double((key.low ^ id.low) % 256) / 1024
            if now - entry.lastShared >= settings.republishInterval * lag { due.append(key) }
        }
        for key in due.sorted() {
            values.noteShared(key, now: now)
            beginLater(.republish, of: key, now: now)
        }
    }

    private mutating func refreshDue(now: Instant) {
        if now >= nextLookForNeighbours { lookForNeighbours(now: now) }
        guard now.microseconds > settings.refreshInterval.microseconds else { return }
        let neighbourhood = table.neighbourhoodDepth
        for depth in table.buckets(notLookedUpSince: now + settings.refreshInterval * -1) where depth < neighbourhood {
            let target = id.random(sharing: depth, using: &random)
            // Noted at once, so that it is not due again while it waits.
            table.noteLookup(of: target, now: now)
            beginLater(.refresh, of: target, now: now)
        }
    }
}
