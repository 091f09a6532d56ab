// What a node asks of others, and what becomes of it.
extension Node {
    /// Sends a request.
    ///
    /// - Parameter again: whether it is sent a second time if it is not answered.
    mutating func request(
        _ body: PeerMessage.Body, of id: NodeID?, at address: PeerAddress, for purpose: PendingRequest.Purpose,
        again: Bool = false, now: Instant
    ) {
        let number = random.next()
        pending[number] = PendingRequest(
            id: id, address: address, purpose: purpose, sent: now, again: again ? body : nil)
        if case .lookup = purpose {
            timers.add(RequestTimer(request: number, isFinal: false), at: now + roundTrips.patience)
        }
        timers.add(RequestTimer(request: number, isFinal: true), at: now + settings.requestTimeout)
        outbox.append(
            .request(
                PeerMessage(
                    number: number, sender: self.id, incarnation: incarnation, address: self.address, body: body),
                to: address))
    }

    /// Takes an answer, if it is one to a request of this node and comes from where that went.
    mutating func takeAnswer(_ message: PeerMessage, from address: PeerAddress, now: Instant) {
        guard let request = pending[message.number], request.address == address else { return }
        if let expected = request.contact, expected.id != message.sender {
            pending[message.number] = nil
            if case .challenge(let newcomer) = request.purpose { yieldPlace(of: expected, to: newcomer, now: now) }
            noteReplaced(expected, now: now)
            return giveUp(request, now: now)
        }
        let contact = Contact(id: message.sender, address: address)
        guard !settings.requiresKeys || contact.idBelongsToKey else { return }
        pending[message.number] = nil
        roundTrips.record(now - request.sent)
        probing.remove(contact)
        noteAlive(contact, incarnation: message.incarnation, token: message.token, now: now)
        switch request.purpose {
        case .lookup(let number): takeLookupAnswer(message, in: number, now: now)
        case .store(let number): takeStoreAnswer(message, at: contact.address, in: number, now: now)
        case .handOver(let key, let bytes):
            if case .stored(.superseded) = message.body { fetch(key, from: contact, now: now) }
            noteHandedOver(to: contact.id, bytes: bytes, now: now)
        case .copy(let key):
            if case .stored(.superseded) = message.body { fetch(key, from: contact, now: now) }
        case .fetch(let key): takeFetched(message, of: key, now: now)
        case .probe, .challenge: break
        case .bootstrap: lookForNeighbours(now: now)
        case .ping(let operation): events.append(.pinged(operation, (contact.id, now - request.sent)))
        }
    }

    /// Gives a node that has answered a place, or lets it wait for one, and hands it what it is to have.
    private mutating func noteAlive(_ contact: Contact, incarnation: UInt32, token: UInt64?, now: Instant) {
        var lacksSince: Instant?
        switch table.saw(contact, incarnation: incarnation, now: now) {
        case .known, .ownself: break
        case .returned(let lastSeen):
            noteReturn(lastSeen: lastSeen)
            // What was stored while it could not be reached has passed it by.
            lacksSince = lastSeen
        case .restarted:
            // Its tokens are no longer good, and what it had it may have no more.
            giveUpHandingOver(to: contact.id)
            lacksSince = .start
        case .added:
            if let lastSeen = lapsed.remove(contact.id) { noteReturn(lastSeen: lastSeen) }
            lacksSince = .start
        case .waits(let oldest), .elsewhere(let oldest):
            challenge(oldest, for: contact, now: now)
            lacksSince = .start
        }
        if let token { noteToken(token, of: contact, now: now) }
        handWhatIsLacking(to: contact, incarnation, since: lacksSince, token: token, now: now)
    }

    /// Hands a node what it lacks, all of it or what was kept since a time. That takes a token, which not every answer brings:
    /// where there is none, the node is asked for it.
    private mutating func handWhatIsLacking(
        to contact: Contact, _ incarnation: UInt32, since time: Instant?, token: UInt64?, now: Instant
    ) {
        var earliest = time
        if let awaited = awaitingToken.removeValue(forKey: contact.id) { earliest = min(awaited, earliest ?? awaited) }
        guard let earliest, !values.entries.isEmpty else { return }
        guard let token else {
            awaitingToken[contact.id] = earliest
            return probe(contact, now: now)
        }
        if earliest > .start {
            handOver(to: contact, keptSince: earliest, token: token, now: now)
        } else {
            handOver(to: contact, incarnation, token: token, now: now)
        }
    }

    /// Asks a node whether it is still there, whose place another wants.
    private mutating func challenge(_ contact: Contact, for newcomer: Contact, now: Instant) {
        guard let entry = table.entry(of: contact.id), !probing.contains(contact) else { return }
        guard now - entry.lastSeen >= settings.challengeInterval || contact.id == newcomer.id || entry.isSuspect else {
            return
        }
        probing.insert(contact)
        request(.ping, of: contact.id, at: contact.address, for: .challenge(newcomer), again: true, now: now)
    }

    /// Lets a lookup ask somebody else meanwhile.
    mutating func noteLate(_ number: UInt64, now: Instant) {
        guard let request = pending[number], case .lookup(let task) = request.purpose, let id = request.id else {
            return
        }
        lastLateness = now
        tasks[task]?.lookup.isLate(id)
        proceed(task, now: now)
    }

    /// Gives up a request that was not answered.
    mutating func expire(_ number: UInt64, now: Instant) {
        guard let request = pending.removeValue(forKey: number) else { return }
        if let body = request.again {
            self.request(body, of: request.id, at: request.address, for: request.purpose, now: now)
            return
        }
        if let contact = request.contact {
            if case .challenge(let newcomer) = request.purpose {
                yieldPlace(of: contact, to: newcomer, now: now)
            } else {
                noteFailure(of: contact, now: now)
            }
        }
        giveUp(request, now: now)
    }

    /// Goes on without an answer.
    mutating func giveUp(_ request: PendingRequest, now: Instant) {
        if let contact = request.contact { probing.remove(contact) }
        switch request.purpose {
        case .lookup(let number):
            if let id = request.id { tasks[number]?.lookup.failed(id) }
            proceed(number, now: now)
        case .store(let number): finishStoring(in: number, now: now)
        case .bootstrap:
            if !hasJoined {
                events.append(.stillJoining(through: request.address))
                askToJoin(request.address, now: now)
            }
        case .ping(let operation): events.append(.pinged(operation, nil))
        case .handOver(_, let bytes):
            guard let id = request.id else { break }
            if table.entry(of: id) == nil { giveUpHandingOver(to: id) }
            noteHandedOver(to: id, bytes: bytes, now: now)
        case .probe, .challenge: if let id = request.id { awaitingToken[id] = nil }
        case .copy, .fetch: break
        }
    }

    /// Forgets a node at whose address another has answered: it was started anew there.
    mutating func noteReplaced(_ contact: Contact, now: Instant) {
        lapsed.remove(contact.id)
        guard table.entry(of: contact.id)?.contact == contact else { return }
        handedTo[contact.id] = nil
        giveUpHandingOver(to: contact.id)
        if let replacement = table.remove(contact.id).replacement { probe(replacement, now: now) }
    }

    private mutating func yieldPlace(of old: Contact, to newcomer: Contact, now: Instant) {
        guard let entry = table.entry(of: old.id), entry.contact == old else { return }
        table.replace(old.id, by: newcomer, now: now)
        if old.id != newcomer.id { noteLapsed(LapsedContacts.Lapsed(contact: old, lastSeen: entry.lastSeen)) }
    }

    private mutating func noteFailure(of contact: Contact, now: Instant) {
        // Anybody may say that a node is somewhere else, where nobody answers.
        guard table.entry(of: contact.id)?.contact == contact else { return }
        let failure = table.failed(contact.id)
        if let removed = failure.removed { noteLapsed(removed) }
        if let replacement = failure.replacement { probe(replacement, now: now) }
    }

    private mutating func noteLapsed(_ node: LapsedContacts.Lapsed) {
        lapsed.add(node, using: &random)
        // When it is back, it may lack what has been stored meanwhile.
        handedTo[node.contact.id] = nil
        giveUpHandingOver(to: node.contact.id)
    }
}

extension PeerMessage {
    /// The token that came with an answer; nil where none did.
    fileprivate var token: UInt64? {
        switch body {
        case .pong(let token), .nodes(_, _, let token): token
        case .ping, .findNode, .findValue, .value, .store, .stored: nil
        }
    }
}
