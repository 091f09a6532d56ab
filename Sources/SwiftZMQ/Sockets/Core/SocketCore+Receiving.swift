extension SocketCore {
    /// A message that is there and belongs to nobody who waits; nil when there is none.
    @inline(__always)
    func tryReceive() throws(ZMQError) -> Message? {
        try origin.require("receive")
        return try use { state throws(ZMQError) in
            guard state.receivers.isEmpty else {
                try state.requireOpen(for: "receive")
                return nil
            }
            return try state.take()
        }
    }

    /// As `tryReceive`, but nil, too, when the task is to let others run first: `waitToReceive(timeout:)` does that.
    @inline(__always)
    func receiveWithinBudget() throws(ZMQError) -> Message? {
        guard origin.isThisProcess else { return nil }
        return try use { state throws(ZMQError) in
            guard state.receivers.isEmpty, state.budget > 0 else { return nil }
            state.budget &-= 1
            return try state.take()
        }
    }

    /// The messages that are there and belong to nobody who waits, up to a number.
    func tryReceive(upTo count: Int) throws(ZMQError) -> [Message] {
        try origin.require("receive")
        return try receiveInChunks(upTo: count, bounded: false)
    }

    /// As `tryReceive(upTo:)`, but none, too, when the task is to let others run first.
    func receiveWithinBudget(upTo count: Int) throws(ZMQError) -> [Message] {
        guard origin.isThisProcess else { return [] }
        return try receiveInChunks(upTo: count, bounded: true)
    }

    /// Takes messages until there are enough or no more, releasing the lock now and then so that others come to theirs.
    private func receiveInChunks(upTo count: Int, bounded: Bool) throws(ZMQError) -> [Message] {
        var messages = try receiveChunk(upTo: count, bounded: bounded)
        while !messages.isEmpty, messages.count < count, messages.count.isMultiple(of: Self.mostMessagesUnderLock) {
            // What was taken has somebody it belongs to; the error is met again by the next receive.
            guard let more = try? receiveChunk(upTo: count - messages.count, bounded: false), !more.isEmpty else {
                break
            }
            messages += more
        }
        return messages
    }

    /// - Parameter bounded: whether nothing is taken once the task's budget is spent.
    private func receiveChunk(upTo count: Int, bounded: Bool) throws(ZMQError) -> [Message] {
        try use { state throws(ZMQError) in
            guard state.receivers.isEmpty else {
                if !bounded { try state.requireOpen(for: "receive") }
                return []
            }
            guard !bounded || state.budget > 0 else { return [] }
            let messages = try state.take(upTo: Swift.min(count, Self.mostMessagesUnderLock))
            if bounded { state.budget &-= Swift.max(messages.count, 1) }
            return messages
        }
    }

    nonisolated(nonsending) func waitToReceive(timeout: Duration?) async throws -> Message {
        try origin.require("receive")
        let deadline = timeout.map { Moment.now + $0 }
        let (ticket, isBudgetSpent) = state.withLock { $0.drawTicket() }
        if isBudgetSpent { await context.executor.yield() }
        return try await Suspension.wait { suspension in
            enqueueToReceive(suspension, ticket: ticket, deadline: deadline)
        } withdraw: {
            guard case .task(let suspension)? = state.withLock({ $0.receivers.remove(ticket) }) else { return nil }
            return suspension
        }
    }

    /// Receives at once, or queues the task.
    private func enqueueToReceive(
        _ suspension: Suspension<Message, any Error>, ticket: Ticket, deadline: Moment?
    ) -> Result<Message, any Error>? {
        use { state in
            do throws(ZMQError) {
                try state.requireOpen(for: "receive")
                // Whoever does not wait for long is to have what is there already.
                if deadline != nil { state.noteReadable() }
                if state.receivers.isEmpty, !state.isKnownEmpty, let message = try state.take() {
                    return .success(message)
                }
                // Not before: a task that only had to let others run does not wait.
                try watchAlways(&state)
            } catch {
                return .failure(error)
            }
            state.receivers.append(.task(suspension), ticket: ticket, deadline: deadline)
            state.figures.waits &+= 1
            if let deadline { setAlarm(for: deadline, &state) }
            return nil
        }
    }
}

extension SocketState {
    /// Takes the messages that are there, up to a number.
    mutating func take(upTo count: Int) throws(ZMQError) -> [Message] {
        guard count > 0, let first = try take() else { return [] }
        var messages: [Message] = []
        messages.reserveCapacity(Swift.min(count, 128))
        messages.append(first)
        do throws(ZMQError) {
            while messages.count < count, let message = try take() { messages.append(message) }
        } catch {
            // What was taken has somebody it belongs to; the error is met again by the next receive.
        }
        return messages
    }
}
