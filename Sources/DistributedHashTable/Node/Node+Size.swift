// How much memory a node takes.
extension Node {
    /// About how many bytes the node takes: what it knows of others, keeps, waits for, and is about to do and to say.
    public var byteCount: Int {
        MemoryLayout<Node>.size + knownByteCount + values.byteCount + values.entryByteCount + waitingByteCount
            + taskByteCount
    }

    /// What it knows of others.
    private var knownByteCount: Int {
        let contacts = lapsed.contacts.capacity * MemoryLayout<LapsedContacts.Lapsed>.stride
        let remembered = rates.count * 48 + probing.capacity * MemoryLayout<Contact>.stride
        let served = handedTo.capacity * 40 + awaitingToken.capacity * 32
        return table.byteCount + contacts + remembered + served
    }

    /// What it waits for, and what is to be sent.
    private var waitingByteCount: Int {
        let requests = pending.capacity * MemoryLayout<PendingRequest>.stride
        return requests + timers.byteCount + outbox.capacity * MemoryLayout<Outgoing>.stride
    }

    /// What it is doing, and what it is to do next.
    private var taskByteCount: Int {
        let lookups = tasks.values.reduce(0) { $0 + $1.lookup.byteCount }
        let waiting = waitingTasks.capacity * MemoryLayout<(goal: NodeTask.Goal, target: NodeID)>.stride
        let handedOver = handOvers.values.reduce(0) { $0 + $1.byteCount }
        return tasks.capacity * MemoryLayout<NodeTask>.stride + lookups + waiting + handedOver
    }
}
