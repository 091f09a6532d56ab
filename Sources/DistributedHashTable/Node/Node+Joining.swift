// How a node becomes part of the network, and comes to know its neighbours.
extension Node {
    /// How often the neighbourhood is halved to find everybody in it: among random identifiers once or twice.
    private static let mostHalvings = 4

    /// Asks whether somebody is there through whom the network can be joined, unless that is being asked.
    mutating func askToJoin(_ address: PeerAddress, now: Instant) {
        let isAsked = pending.values.contains {
            if case .bootstrap = $0.purpose { $0.address == address } else { false }
        }
        guard !isAsked else { return }
        request(.ping, of: nil, at: address, for: .bootstrap, now: now)
    }

    /// Looks for those nearest to oneself, unless that is being done.
    mutating func lookForNeighbours(now: Instant) {
        guard !tasks.values.contains(where: { if case .join = $0.goal { true } else { false } }) else { return }
        table.noteLookupOfNeighbours(now: now)
        lastLookForNeighbours = now
        // Nodes that join at the same time may miss each other.
        let wait = hasJoined ? settings.neighbourhoodInterval : settings.housekeepingInterval
        nextLookForNeighbours = now + wait.jittered(using: &random)
        begin(.join, of: id, now: now)
    }

    /// Looks for neighbours before long when nodes are back that had fallen silent: others may be with them.
    mutating func noteReturn(lastSeen: Instant) {
        let soon = lastLookForNeighbours + settings.neighbourhoodInterval * 0.1
        nextLookForNeighbours = min(nextLookForNeighbours, soon)
        returned += 1
        silentSince = min(silentSince, lastSeen)
    }

    /// Goes on when the nearest have answered.
    mutating func noteNeighbours(_ lookup: Lookup, now: Instant) {
        let isFirst = !hasJoined
        if isFirst, lookup.nearest(1).isEmpty {
            // Even the one that was there a moment ago has not answered.
            for address in bootstraps { askToJoin(address, now: now) }
            return
        }
        noteJoined()
        // Who only asks has no need to be known, and learns of others as it asks.
        guard address != nil else { return }
        let nearest = lookup.nearest(settings.replication)
        // Where fewer have answered, they are all there are.
        guard nearest.count == settings.replication, let farthest = nearest.last else { return }
        let depth = farthest.contact.id.prefixLength(with: id)
        if isFirst {
            for depth in 0..<depth {
                beginLater(.refresh, of: id.random(sharing: depth, using: &random), now: now)
            }
        }
        // All that share more bits are among the nearest.
        guard depth < NodeID.bitCount - 1 else { return }
        let other = id.random(sharing: depth, using: &random)
        beginLater(.explore(sharing: depth + 1, halvings: Self.mostHalvings), of: other, now: now)
    }

    mutating func noteJoined() {
        guard !hasJoined else { return }
        hasJoined = true
        events.append(.joined)
    }

    /// Looks on where a lookup has found as many as it can find: in the halves of the range in which there may be others.
    mutating func exploreHalves(_ lookup: Lookup, sharing shared: Int, halvings: Int, now: Instant) {
        let nearest = lookup.nearest(settings.replication)
        guard nearest.count == settings.replication, let farthest = nearest.last else { return }
        // Everybody was found who shares more bits than the farthest.
        let reach = farthest.contact.id.prefixLength(with: lookup.target)
        for depth in shared..<max(shared, min(reach + 1, shared + halvings, NodeID.bitCount - 1)) {
            let other = lookup.target.random(sharing: depth, using: &random)
            beginLater(
                .explore(sharing: depth + 1, halvings: halvings - (depth - shared) - 1), of: other, now: now)
        }
    }
}
