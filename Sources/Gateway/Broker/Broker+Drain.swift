extension Broker {
    /// Takes no new requests; those that are there, waiting ones too, are answered, and then every worker is told
    /// DISCONNECT. ``isIdle`` says when.
    package mutating func drain(now: Instant) {
        isDraining = true
        completeDrain(now: now)
    }

    /// Ends at once: what waits or is at a worker fails, streams are cut, every worker is told DISCONNECT.
    package mutating func stop(now: Instant) {
        isDraining = true
        for (id, slot) in requestIndex {
            switch requests[slot].state {
            case .queued:
                effects.append(.emit(id, .failure(.noWorker)))
                leaveQueue(slot)
                finish(slot)
            case .outstanding:
                effects.append(.emit(id, .failure(.workerLost)))
                abandon(slot, now: now)
            case .streaming:
                effects.append(.emit(id, requests[slot].isOpen ? .closed(.stopped) : .cut))
                abandon(slot, now: now)
            case .abandoned:
                break
            }
        }
        completeDrain(now: now)
    }

    /// Says goodbye to the workers once the last request is answered.
    mutating func completeDrain(now: Instant) {
        guard isDraining, isIdle, !workerIndex.isEmpty else { return }
        for worker in workerIndex.values { lose(worker, because: .stopped, now: now) }
    }
}
