// Storing values at others.
extension Node {
    /// Gives a value to those whom the lookup has found.
    mutating func beginStoring(_ number: UInt32, _ task: NodeTask, now: Instant) {
        let key = task.lookup.target
        let nearest = task.lookup.nearest(settings.replication)
        var receivers: [Lookup.Candidate]
        let value: StoredValue
        let life: UInt32
        switch task.goal {
        case .store(_, let bytes, _):
            let heardOf = task.lookup.everyAnswer
            let own = values.value(of: key, now: now)?.value.version ?? 0
            let highest = max(heardOf.map(\.version).max() ?? 0, own, task.newer)
            value = StoredValue(bytes, version: highest == .max ? .max : highest + 1)
            life = Self.seconds(until: now + settings.valueLife, now)
            // Those farther away that have an old version as a copy are to have the new one, too.
            receivers = nearest + heardOf.dropFirst(nearest.count).filter { $0.version > 0 }
            let isKept = keepOwn(value, of: key, unlessFartherThan: nearest, now: now)
            tasks[number]?.taken = isKept ? 1 : 0
        case .republish:
            guard let entry = values.value(of: key, now: now) else { return finishStoring(in: number, now: now) }
            value = entry.value
            life = Self.seconds(until: entry.expires, now)
            receivers = nearest.filter { $0.version < value.version }
            if receivers.count < nearest.count, nearest.contains(where: { $0.version > value.version }) {
                beginLater(.find(nil), of: key, now: now)
            }
            leaving?.noteHandedOver(!receivers.isEmpty)
            if leaving == nil { noteRepublished(key, among: nearest, now: now) }
        case .join, .refresh, .neighbours, .find: return
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

    /// Keeps a value itself if fewer than k nodes are nearer to its key.
    private mutating func keepOwn(
        _ value: StoredValue, of key: NodeID, unlessFartherThan nearest: [Lookup.Candidate], now: Instant
    ) -> Bool {
        guard address != nil else { return false }
        if nearest.count >= settings.replication, let last = nearest.last, last.distance < id.distance(to: key) {
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

    /// A value was handed to those nearest to its key; a node that is not one of them keeps it no longer than a copy.
    private mutating func noteRepublished(_ key: NodeID, among nearest: [Lookup.Candidate], now: Instant) {
        values.noteShared(key, now: now)
        guard nearest.count >= settings.replication, let last = nearest.last, last.distance < id.distance(to: key)
        else {
            return
        }
        values.demote(key, until: now + lifeOfCopy(of: key))
        if settings.reportsValues { events.append(.forgotten(key)) }
    }

    mutating func takeStoreAnswer(_ message: PeerMessage, in number: UInt32, now: Instant) {
        if case .stored(let outcome) = message.body {
            switch outcome {
            case .kept, .known: tasks[number]?.taken += 1
            case .superseded(let version):
                let newer = tasks[number]?.newer ?? 0
                tasks[number]?.newer = max(newer, version)
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
            leaving?.remaining -= 1
            endLeaving()
        case .join, .refresh, .neighbours, .find: break
        }
    }
}

// Handing values to nodes that have come.
extension Node {
    /// How many of those who have a value hand it to a node that has come: the nearest to its key that have been seen
    /// lately, and more than one, as each may be about to go.
    private static let givers = 3
    /// Who has not been seen for so long may be gone.
    private static let recently = Instant.Span.minutes(10)
    /// The most nodes of which it is remembered that they were handed values.
    private static let mostHandOvers = 4096

    /// Hands a node the values to whose keys it is among the nearest.
    mutating func handOver(to contact: Contact, token: UInt64, now: Instant) {
        guard !values.entries.isEmpty, handedTo[contact.id] == nil, leaving == nil else { return }
        guard handedTo.count < Self.mostHandOvers else { return }
        handedTo[contact.id] = now
        var keys: [NodeID] = []
        for (key, entry) in values.entries where !entry.isCopy && entry.expires > now {
            let distance = contact.id.distance(to: key)
            let nearest = table.nearest(to: key, settings.replication)
            if nearest.count == settings.replication, let last = nearest.last, last.id.distance(to: key) < distance {
                continue
            }
            let since = now.microseconds < Self.recently.microseconds ? Instant.start : now + Self.recently * -1
            guard table.countNearer(to: key, upTo: Self.givers + 1, seenSince: since) <= Self.givers else { continue }
            keys.append(key)
        }
        // In an order that does not depend on how the keys lie in memory.
        for key in keys.sorted() {
            guard let entry = values.entries[key] else { continue }
            request(
                .store(
                    key, entry.value, life: Self.seconds(until: entry.expires, now), isCopy: false, token: token),
                of: contact.id, at: contact.address, for: .handOver(key), again: true, now: now)
        }
    }
}
