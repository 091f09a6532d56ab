// Handing many values to one node, some at a time: see HandOver.
extension Node {
    /// Hands a node the values of some keys.
    ///
    /// - Parameter token: by which the node lets this one store.
    mutating func handOver(_ keys: [NodeID], to contact: Contact, token: UInt64, now: Instant) {
        guard !keys.isEmpty else { return }
        var handOver = handOvers[contact.id] ?? HandOver(to: contact, token: token, now: now)
        handOver.contact = contact
        handOver.renew(token, now: now)
        handOver.add(keys)
        handOvers[contact.id] = handOver
        proceedHandingOver(to: contact.id, now: now)
    }

    /// Sends the next values, as many as may be under way.
    private mutating func proceedHandingOver(to id: NodeID, now: Instant) {
        guard var handOver = handOvers.removeValue(forKey: id) else { return }
        if leaving != nil { handOver.giveUp() }
        if handOver.needsToken(now: now) {
            // Its answer brings one.
            probe(handOver.contact, now: now)
        } else {
            while let key = handOver.next() {
                // Its life may be over by now.
                guard let entry = values.value(of: key, now: now) else { continue }
                let bytes = entry.value.bytes.count
                handOver.noteSent(bytes: bytes)
                request(
                    .store(
                        key, entry.value, life: Self.seconds(until: entry.expires, now), isCopy: false,
                        token: handOver.token),
                    of: id, at: handOver.contact.address, for: .handOver(key, bytes: bytes), again: true, now: now)
            }
        }
        if !handOver.isOver { handOvers[id] = handOver }
    }

    /// Notes that one of the values has arrived, or is given up.
    mutating func noteHandedOver(to id: NodeID, bytes: Int, now: Instant) {
        guard handOvers[id] != nil else { return }
        handOvers[id]?.noteEnd(bytes: bytes)
        proceedHandingOver(to: id, now: now)
    }

    /// Notes the token that came with an answer.
    mutating func noteToken(_ token: UInt64, of contact: Contact, now: Instant) {
        guard handOvers[contact.id]?.contact == contact else { return }
        handOvers[contact.id]?.renew(token, now: now)
        proceedHandingOver(to: contact.id, now: now)
    }

    /// Hands nothing more to a node that is gone.
    mutating func giveUpHandingOver(to id: NodeID) {
        guard var handOver = handOvers.removeValue(forKey: id) else { return }
        handOver.giveUp()
        // What is under way is still counted, so that no more than a window is under way if the node comes back.
        if !handOver.isOver { handOvers[id] = handOver }
    }
}
