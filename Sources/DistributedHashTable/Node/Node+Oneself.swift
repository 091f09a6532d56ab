// What reaches a node under its own identifier.
extension Node {
    /// Takes a message whose sender has this node's identifier: this node itself, which has asked at one of its own addresses, or
    /// another that has the same, as where a data file was copied.
    mutating func takeOwn(_ message: PeerMessage, from source: MessageSource, now: Instant) {
        switch source {
        case .connection(let host, let number, let key):
            guard message.isRequest, rates.admit(key.isNone ? number : key.first, now: now) else { return }
            if let request = pending.removeValue(forKey: message.number) {
                noteOwnAddress(request, now: now)
            } else if case .ping = message.body {
                // The other is to learn of it.
                let answer = PeerMessage.Body.pong(token: tokens.token(for: message.sender, at: host))
                outbox.append(
                    .answer(
                        PeerMessage(number: message.number, sender: id, incarnation: incarnation, body: answer),
                        to: number))
            }
        case .address(let address):
            guard pending[message.number]?.address == address, !hasToldOfDouble else { return }
            hasToldOfDouble = true
            events.append(.sharesIdentifier(with: address))
        }
    }

    /// A request has reached this node itself: whoever was asked is not there.
    private mutating func noteOwnAddress(_ request: PendingRequest, now: Instant) {
        if let contact = request.contact { noteReplaced(contact, now: now) }
        guard case .bootstrap = request.purpose else { return giveUp(request, now: now) }
        bootstraps.removeAll { $0 == request.address }
        // Whoever names itself alone is the first.
        if bootstraps.isEmpty { noteJoined() }
    }

    /// Asks whoever is at an address at which others know this node, if that is not its own: it may be another that has the
    /// same identifier.
    mutating func lookForDouble(among contacts: [Contact], now: Instant) {
        guard !hasToldOfDouble, let address, let other = contacts.first(where: { $0.id == id }),
            other.address != address, !pending.values.contains(where: { $0.address == other.address })
        else { return }
        request(.ping, of: nil, at: other.address, for: .probe, now: now)
    }
}
