// What a node does for others.
extension Node {
    /// Answers a request.
    mutating func serve(
        _ message: PeerMessage, host: IPAddress, connection: UInt64, key: PublicKey, now: Instant
    ) {
        let answer: PeerMessage.Body
        // What was sent to a process that was stopped is as old as that: a value that it is to store may have died since.
        tokens.renew(using: &random, now: now)
        switch message.body {
        case .ping:
            answer = .pong(token: tokens.token(for: message.sender, at: host))
        case .findNode(let target):
            answer = nodes(near: target, for: message, from: host, now: now)
        case .findValue(let key):
            if let entry = values.value(of: key, now: now) {
                answer = .value(entry.value, life: Self.seconds(until: entry.expires, now), isCopy: entry.isCopy)
            } else {
                answer = nodes(near: key, for: message, from: host, now: now)
            }
        case .store(let key, let value, let life, let isCopy, let token):
            answer =
                if tokens.isValid(token, for: message.sender, at: host) {
                    .stored(keep(value, of: key, for: life, asCopy: isCopy, now: now))
                } else {
                    .stored(.badToken)
                }
        case .pong, .nodes, .value, .stored:
            return
        }
        outbox.append(
            .answer(
                PeerMessage(number: message.number, sender: id, incarnation: incarnation, body: answer),
                to: connection))
        if let claimed = message.address { consider(message, at: claimed, from: host, key: key, now: now) }
    }

    private func nodes(near target: NodeID, for request: PeerMessage, from host: IPAddress, now: Instant)
        -> PeerMessage.Body
    {
        let asker = request.address.map { Contact(id: request.sender, address: $0.reached(from: host)) }
        let contacts = table.nearest(to: target, settings.replication) { contact in
            // What is within this machine leads elsewhere, or nowhere, on another.
            contact != asker && (host.isLoopback || !contact.address.host.isLoopback)
        }
        return .nodes(
            contacts, holding: values.value(of: target, now: now)?.held ?? .none,
            token: tokens.token(for: request.sender, at: host))
    }

    private mutating func keep(
        _ value: StoredValue, of key: NodeID, for seconds: UInt32, asCopy isCopy: Bool, now: Instant
    ) -> PeerMessage.StoreOutcome {
        var life = min(Instant.Span.seconds(Double(seconds)), settings.valueLife)
        // Whoever leaves a copy knows less of what is between this node and the key than this node does.
        if isCopy { life = min(life, lifeOfCopy(of: key)) }
        switch keepValue(value, of: key, until: now + life, asCopy: isCopy, now: now) {
        case .kept: return .kept
        case .known: return .known
        case .superseded(let version): return .superseded(version)
        case .full: return .full
        }
    }

    /// Keeps a value, and tells the driver.
    mutating func keepValue(
        _ value: StoredValue, of key: NodeID, until expiry: Instant, asCopy isCopy: Bool, now: Instant
    ) -> ValueStore.Outcome {
        let wasCopy = values.entries[key]?.isCopy
        let outcome = values.keep(value, of: key, until: expiry, asCopy: isCopy, now: now)
        if settings.reportsValues, outcome == .kept || outcome == .known && wasCopy == true,
            let entry = values.entries[key], !entry.isCopy
        {
            events.append(.kept(key, KeptValue(entry.value, expires: entry.expires)))
        }
        return outcome
    }

    /// How long this node keeps a copy of a key's value.
    func lifeOfCopy(of key: NodeID) -> Instant.Span {
        let life = LifeOfCopy(
            full: settings.valueLife, least: settings.leastCopyLife, holders: settings.replication)
        let neighbours = table.nearest(to: id, settings.replication)
        guard let farthest = neighbours.last, neighbours.count == settings.replication else { return life.full }
        return life.life(
            between: LifeOfCopy.nodesBetween(
                neighbours: neighbours.count, reach: farthest.id.distance(to: id), distance: key.distance(to: id)))
    }

    static func seconds(until expiry: Instant, _ now: Instant) -> UInt32 {
        UInt32(clamping: max(1, (expiry - now).microseconds / 1_000_000))
    }
}

extension Node {
    /// The most that are asked at the same time whether they are there because they have asked for something.
    private static let mostProbes = 64

    /// Takes notice of somebody who has asked for something, and says that others reach it at an address.
    ///
    /// Anybody could say so. It gets a place only when it has answered there.
    private mutating func consider(
        _ request: PeerMessage, at claimed: PeerAddress, from host: IPAddress, key: PublicKey, now: Instant
    ) {
        let address = claimed.reached(from: host)
        guard address.key == key, host.isLoopback || !address.host.isLoopback else { return }
        let contact = Contact(id: request.sender, address: address)
        let entry = table.entry(of: contact.id)
        let isKnown = entry?.contact == contact
        let before = isKnown ? entry?.incarnation : nil
        let isStartedAnew = before != nil && before != request.incarnation
        guard !isKnown || isStartedAnew || entry?.isSuspect == true, !probing.contains(contact) else { return }
        if probing.count < Self.mostProbes,
            isStartedAnew || table.hasRoom(for: contact.id)
                || isUnservedNeighbour(contact.id, incarnation: request.incarnation)
        {
            probe(contact, now: now)
        } else {
            table.heardOf(contact)
        }
    }

    /// Asks somebody whether it is there.
    mutating func probe(_ contact: Contact, now: Instant) {
        guard contact.id != id, probing.insert(contact).inserted else { return }
        request(.ping, of: contact.id, at: contact.address, for: .probe, again: true, now: now)
    }

    /// Whether it is among those nearest to this node, and was not given its values lately, since it was started.
    private func isUnservedNeighbour(_ other: NodeID, incarnation: UInt32) -> Bool {
        guard !values.entries.isEmpty, handedTo[other]?.incarnation != incarnation else { return false }
        guard let farthest = table.nearest(to: id, settings.replication).last else { return true }
        return other.distance(to: id) < farthest.id.distance(to: id)
    }
}
