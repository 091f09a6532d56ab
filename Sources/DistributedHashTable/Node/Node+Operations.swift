extension Node {
    /// Joins the network through nodes whose addresses are known; the first node of a network joins through none.
    ///
    /// ``NodeEvent/joined`` tells when it has; until then it asks again and again.
    public mutating func join(through addresses: [PeerAddress], now: Instant) {
        bootstraps = addresses.map(\.destination)
        nextLookForNeighbours = now + settings.neighbourhoodInterval
        guard !bootstraps.isEmpty else { return noteJoined() }
        for address in bootstraps { askToJoin(address, now: now) }
    }

    /// Stores a value: finds the nodes nearest to the key, and gives it to them. ``NodeEvent/stored(_:at:_:)`` tells how
    /// many have taken it.
    ///
    /// - Parameter bytes: up to ``StoredValue/mostBytes`` of them.
    public mutating func store(_ bytes: [UInt8], for key: NodeID, now: Instant) -> NodeOperation {
        precondition(bytes.count <= StoredValue.mostBytes, "a value has \(StoredValue.mostBytes) bytes at most")
        let operation = makeOperation()
        begin(.store(operation, bytes, attempts: 3), of: key, now: now)
        return operation
    }

    /// Finds a value. ``NodeEvent/found(_:_:_:)`` tells it, or that nobody has it.
    public mutating func find(_ key: NodeID, now: Instant) -> NodeOperation {
        let operation = makeOperation()
        if let entry = values.value(of: key, now: now) {
            events.append(.found(operation, entry.value, .none))
        } else {
            begin(.find(operation), of: key, now: now)
        }
        return operation
    }

    /// Finds the nodes nearest to an identifier. ``NodeEvent/neighbours(_:_:_:)`` tells them.
    public mutating func findNeighbours(of target: NodeID, now: Instant) -> NodeOperation {
        let operation = makeOperation()
        begin(.neighbours(operation), of: target, now: now)
        return operation
    }

    /// Asks whoever is at an address whether it is there. ``NodeEvent/pinged(_:_:)`` tells.
    public mutating func ping(_ address: PeerAddress, now: Instant) -> NodeOperation {
        let operation = makeOperation()
        request(.ping, of: nil, at: address.destination, for: .ping(operation), now: now)
        return operation
    }

    /// Keeps a value that it has kept before, as a file tells, for ``NodeSettings/valueLife`` at most.
    ///
    /// Others may have a newer one by now, or be nearer to its key: it asks them as soon as it has joined.
    public mutating func restore(_ kept: KeptValue, for key: NodeID, now: Instant) {
        guard kept.expires > now else { return }
        // More than that a file says where the time of day has been set back.
        let expiry = min(kept.expires, now + settings.valueLife)
        _ = values.keep(kept.value, of: key, until: expiry, asCopy: false, now: now)
        values.noteShared(key, now: now + settings.republishInterval * -1)
    }

    private mutating func makeOperation() -> NodeOperation {
        lastOperation += 1
        return NodeOperation(number: lastOperation)
    }
}
