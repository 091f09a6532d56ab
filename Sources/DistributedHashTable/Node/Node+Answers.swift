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
                PeerMessage(number: number, sender: self.id, address: self.address, body: body), to: address))
    }

    /// Takes an answer, if it is one to a request of this node and comes from where that went.
    mutating func takeAnswer(_ message: PeerMessage, from address: PeerAddress, now: Instant) {
        guard let request = pending[message.number], request.address == address,
            request.id == nil || request.id == message.sender
        else { return }
        let contact = Contact(id: message.sender, address: address)
        guard !settings.requiresKeys || contact.idBelongsToKey else { return }
        pending[message.number] = nil
        roundTrips.record(now - request.sent)
        probing.remove(contact.id)
        noteAlive(contact, token: message.token, now: now)
        switch request.purpose {
        case .lookup(let number): takeLookupAnswer(message, in: number, now: now)
        case .store(let number): takeStoreAnswer(message, in: number, now: now)
        case .handOver, .probe, .challenge: break
        case .bootstrap: beginJoining(now: now)
        case .ping(let operation): events.append(.pinged(operation, (contact.id, now - request.sent)))
        }
    }

    /// Gives a node that has answered a place, or lets it wait for one, and hands it what it is to have.
    private mutating func noteAlive(_ contact: Contact, token: UInt64?, now: Instant) {
        switch table.saw(contact, now: now) {
        case .known, .ownself: return
        case .added: lapsed.remove(contact.id)
        case .waits(let oldest), .elsewhere(let oldest): challenge(oldest, for: contact, now: now)
        }
        if let token { handOver(to: contact, token: token, now: now) }
    }

    /// Asks a node whether it is still there, whose place another wants.
    private mutating func challenge(_ contact: Contact, for newcomer: Contact, now: Instant) {
        guard let entry = table.entry(of: contact.id), !probing.contains(contact.id) else { return }
        guard now - entry.lastSeen >= settings.challengeInterval || contact.id == newcomer.id || entry.isSuspect else {
            return
        }
        probing.insert(contact.id)
        request(.ping, of: contact.id, at: contact.address, for: .challenge(newcomer), again: true, now: now)
    }

    /// Lets a lookup ask somebody else meanwhile.
    mutating func noteLate(_ number: UInt64, now: Instant) {
        guard let request = pending[number], case .lookup(let task) = request.purpose, let id = request.id else {
            return
        }
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
        if let id = request.id { probing.remove(id) }
        if case .challenge(let newcomer) = request.purpose, let id = request.id {
            yieldPlace(of: Contact(id: id, address: request.address), to: newcomer, now: now)
            return
        }
        if let id = request.id { noteFailure(of: id, now: now) }
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
        case .handOver, .probe, .challenge: break
        }
    }

    private mutating func yieldPlace(of old: Contact, to newcomer: Contact, now: Instant) {
        guard let entry = table.entry(of: old.id), entry.contact == old else { return }
        table.replace(old.id, by: newcomer, now: now)
        if old.id != newcomer.id { lapsed.add(old, using: &random) }
    }

    private mutating func noteFailure(of id: NodeID, now: Instant) {
        let failure = table.failed(id)
        if let removed = failure.removed { lapsed.add(removed, using: &random) }
        if let replacement = failure.replacement { probe(replacement, now: now) }
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
