// Storing values at others.
extension Node {
    /// Gives a value to those whom the lookup has found.
    mutating func beginStoring(_ number: UInt32, _ task: NodeTask, now: Instant) {
        let key = task.lookup.target
        let nearest = nearestOthers(task.lookup)
        var receivers: [Lookup.Candidate]
        let value: StoredValue
        let life: UInt32
        switch task.goal {
        case .store(_, let bytes, _):
            let heardOf = task.lookup.everyAnswer
            let own = values.value(of: key, now: now)?.value.version ?? 0
            let highest = max(heardOf.map(\.held.version).max() ?? 0, own, task.newer)
            value = StoredValue(bytes, version: highest == .max ? .max : highest + 1)
            life = Self.seconds(until: now + settings.valueLife, now)
            // Those farther away that have an old version as a copy are to have the new one, too.
            receivers = nearest + heardOf.dropFirst(nearest.count).filter { $0.held != .none }
            let isKept = keepOwn(value, of: key, besides: nearest, now: now)
            tasks[number]?.taken = isKept ? 1 : 0
        case .republish:
            guard let entry = values.value(of: key, now: now) else { return finishStoring(in: number, now: now) }
            value = entry.value
            life = Self.seconds(until: entry.expires, now)
            // Who has it as a copy only is to keep it from now on; and of two that were written at the same time, on both
            // sides of a cut, whoever has the lesser learns of the other.
            receivers = nearest.filter { $0.held.version <= value.version && $0.held != entry.heldAsOriginal }
            if let newest = nearest.max(by: { $0.held.version < $1.held.version }), newest.held.version > value.version
            {
                fetch(key, from: newest.contact, now: now)
            }
            leaving?.noteHandedOver(!receivers.isEmpty)
            values.noteShared(key, now: now)
            tasks[number]?.had = nearest.count - receivers.count
        case .join, .explore, .refresh, .neighbours, .find: return
        }
        tasks[number]?.value = value
        tasks[number]?.newer = 0
        tasks[number]?.storing = receivers.count + 1
        for receiver in receivers {
            request(
                .store(key, value, life: life, isCopy: false, token: receiver.token), of: receiver.contact.id,
                at: receiver.contact.address, for: .store(number), again: true, now: now)
        }
        // There may have been nobody to ask.
        finishStoring(in: number, now: now)
    }

    /// The others among the k nearest of all: one less if this node is itself one of them.
    private func nearestOthers(_ lookup: Lookup) -> [Lookup.Candidate] {
        var nearest = lookup.nearest(settings.replication)
        guard address != nil, leaving == nil, nearest.count == settings.replication, let last = nearest.last,
            id.distance(to: lookup.target) < last.distance
        else { return nearest }
        nearest.removeLast()
        return nearest
    }

    /// Keeps a value itself if it is among the nearest to its key besides these.
    private mutating func keepOwn(
        _ value: StoredValue, of key: NodeID, besides nearest: [Lookup.Candidate], now: Instant
    ) -> Bool {
        guard address != nil else { return false }
        if nearest.count == settings.replication {
            // What it has of an older version is of no use.
            if values.entries[key] != nil { _ = keepCopy(value, of: key, now: now) }
            return false
        }
        let outcome = keepValue(value, of: key, until: now + settings.valueLife, asCopy: false, now: now)
        return outcome == .kept || outcome == .known
    }

    private mutating func keepCopy(_ value: StoredValue, of key: NodeID, now: Instant) -> ValueStore.Outcome {
        keepValue(value, of: key, until: now + lifeOfCopy(of: key), asCopy: true, now: now)
    }

    /// A value was handed to those nearest to its key. A node that is not one of them keeps it no longer than a copy, once
    /// most of them have it: they may be full, or gone again.
    private mutating func noteRepublished(_ task: NodeTask, now: Instant) {
        let key = task.lookup.target
        guard nearestOthers(task.lookup).count == settings.replication,
            2 * (task.had + task.taken) > settings.replication,
            let value = task.value, values.entries[key]?.value == value
        else { return }
        values.demote(key, until: now + lifeOfCopy(of: key))
        if settings.reportsValues { events.append(.forgotten(key)) }
    }

    mutating func takeStoreAnswer(_ message: PeerMessage, at address: PeerAddress, in number: UInt32, now: Instant) {
        if case .stored(let outcome) = message.body {
            switch outcome {
            case .kept, .known: tasks[number]?.taken += 1
            case .superseded(let version):
                let newer = tasks[number]?.newer ?? 0
                tasks[number]?.newer = max(newer, version)
                if let task = tasks[number], case .republish = task.goal {
                    fetch(task.lookup.target, from: Contact(id: message.sender, address: address), now: now)
                }
            case .full, .badToken: break
            }
        }
        finishStoring(in: number, now: now)
    }

    /// Notes that one more of those who were to store a value has answered, or has failed to.
    mutating func finishStoring(in number: UInt32, now: Instant) {
        tasks[number]?.storing -= 1
        guard let task = tasks[number], task.storing <= 0 else { return }
        remove(number, now: now)
        switch task.goal {
        case .store(let operation, let bytes, let attempts):
            // Somebody else has written meanwhile: the later of both counts, and this one is later.
            if task.taken == 0, task.newer > 0, attempts > 1 {
                begin(.store(operation, bytes, attempts: attempts - 1), of: task.lookup.target, now: now)
            } else {
                events.append(.stored(operation, at: task.taken, LookupFigures(task.lookup)))
            }
        case .republish:
            if leaving == nil { noteRepublished(task, now: now) }
            leaving?.remaining -= 1
            endLeaving()
        case .join, .explore, .refresh, .neighbours, .find: break
        }
    }
}

// Taking over newer values.
extension Node {
    /// Asks a node for the value of a key of which it has a newer one.
    mutating func fetch(_ key: NodeID, from contact: Contact, now: Instant) {
        guard values.entries[key] != nil, leaving == nil else { return }
        request(.findValue(key), of: contact.id, at: contact.address, for: .fetch(key), again: true, now: now)
    }

    mutating func takeFetched(_ message: PeerMessage, of key: NodeID, now: Instant) {
        guard case .value(let value, let seconds, _) = message.body, let entry = values.value(of: key, now: now) else {
            return
        }
        var life = min(Instant.Span.seconds(Double(seconds)), settings.valueLife)
        if entry.isCopy { life = min(life, lifeOfCopy(of: key)) }
        _ = keepValue(value, of: key, until: now + life, asCopy: entry.isCopy, now: now)
    }
}

// Handing values to nodes that have come.
extension Node {
    /// How many of those who have a value hand it to a node that has come: the nearest to its key that have been seen
    /// lately, and more than one, as each may be about to go.
    private static let givers = 5
    /// Of the others one in so many does: where nodes come and go fast, the nearest may all be new and lack it.
    private static let shareOfOtherGivers: UInt32 = 8
    /// Who has not been seen for so long may be gone: neighbours are asked more often.
    private static let recently = Instant.Span.minutes(3)
    /// Whoever is started again and again is handed everything no sooner than after this time.
    private static let leastBetweenHandOvers = Instant.Span.seconds(10)
    /// The most nodes of which it is remembered that they were handed values.
    private static let mostHandOvers = 4096

    /// Hands a node that has come the values to whose keys it is among the nearest, once for each of its starts.
    mutating func handOver(to contact: Contact, _ incarnation: UInt32, token: UInt64, now: Instant) {
        guard handedTo[contact.id]?.incarnation != incarnation, handedTo.count < Self.mostHandOvers else { return }
        if let before = handedTo[contact.id], now - before.time < Self.leastBetweenHandOvers {
            awaitingToken[contact.id] = .start
            return
        }
        handedTo[contact.id] = (incarnation, now)
        handOver(to: contact, keptSince: .start, token: token, now: now)
    }

    /// Hands a node the values to whose keys it is among the nearest, and that it has since a time.
    mutating func handOver(to contact: Contact, keptSince time: Instant, token: UInt64, now: Instant) {
        guard leaving == nil else { return }
        let since = now.microseconds < Self.recently.microseconds ? Instant.start : now + Self.recently * -1
        let neighbours = table.nearest(to: id, settings.replication)
        let reach = neighbours.last?.id.distance(to: id) ?? .zero
        func nodesBetween(_ distance: NodeID) -> Double {
            guard neighbours.count == settings.replication else { return 0 }
            return LifeOfCopy.nodesBetween(neighbours: neighbours.count, reach: reach, distance: distance)
        }
        var keys: [NodeID] = []
        for (key, entry) in values.entries where !entry.isCopy && entry.expires > now && entry.since >= time {
            let distance = contact.id.distance(to: key)
            // Far from itself a node may know few of those that are nearer, and could take anybody for one of the nearest.
            guard
                nodesBetween(distance) < Double(3 * settings.replication)
                    || table.knowsAllNearer(to: key, than: contact.id)
            else { continue }
            // This node is one of the nearest itself, if it is nearer.
            let others = settings.replication - (id.distance(to: key) < distance ? 1 : 0)
            guard table.countNearer(to: key, than: contact.id, upTo: others, seenSince: since) < others,
                table.countNearer(to: key, upTo: Self.givers + 1, seenSince: since) <= Self.givers
                    || (id.low ^ contact.id.low ^ key.low).isMultiple(of: Self.shareOfOtherGivers)
            else { continue }
            keys.append(key)
        }
        handOver(keys, to: contact, token: token, now: now)
    }
}
