extension SocketCore {
    /// Receives a message if nothing else is to be done; what else there is, ``tryReceive()`` does.
    ///
    /// - Parameters:
    ///   - message: an empty one, whose place the received one takes. To return it would be to copy it.
    ///   - bounded: whether the task's budget is drawn on, and nothing done once it is spent: the task is to let others run
    ///     first, which `waitToReceive(timeout:)` does.
    @inline(__always)
    func receiveAtOnce(into message: inout Message, bounded: Bool) -> QuickAttempt {
        guard origin.isThisProcess else { return .unusual }
        return state.withLock { state in
            guard !bounded || state.drawOnBudget() else { return .notNow }
            return state.takeAtOnce(into: &message)
        }
    }

    /// A message that is there and belongs to nobody who waits; nil when there is none.
    @inline(never)
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

    /// Adds the messages that are there and belong to nobody who waits, until there are as many as a number.
    func tryReceive(upTo count: Int, into messages: inout [Message]) throws(ZMQError) {
        try origin.require("receive")
        try receiveInChunks(upTo: count, into: &messages, bounded: false)
    }

    /// As `tryReceive(upTo:into:)`, but none, too, when the task is to let others run first.
    func receiveWithinBudget(upTo count: Int, into messages: inout [Message]) throws(ZMQError) {
        guard origin.isThisProcess else { return }
        try receiveInChunks(upTo: count, into: &messages, bounded: true)
    }

    /// Takes messages until there are enough or no more, releasing the lock now and then so that others come to theirs.
    private func receiveInChunks(
        upTo count: Int, into messages: inout [Message], bounded: Bool
    ) throws(ZMQError) {
        var taken = try receiveChunk(upTo: count, into: &messages, bounded: bounded)
        while taken == Self.mostMessagesUnderLock, messages.count < count {
            // What was taken has somebody it belongs to; the error is met again by the next receive.
            taken = (try? receiveChunk(upTo: count, into: &messages, bounded: false)) ?? 0
        }
    }

    /// - Parameter bounded: whether nothing is taken once the task's budget is spent.
    /// - Returns: how many were taken.
    private func receiveChunk(
        upTo count: Int, into messages: inout [Message], bounded: Bool
    ) throws(ZMQError) -> Int {
        try use { state throws(ZMQError) in
            guard state.receivers.isEmpty else {
                if !bounded { try state.requireOpen(for: "receive") }
                return 0
            }
            guard !bounded || state.budget > 0 else { return 0 }
            let before = messages.count
            try state.take(upTo: Swift.min(count - before, Self.mostMessagesUnderLock), into: &messages)
            let taken = messages.count - before
            if bounded { state.budget &-= Swift.max(taken, 1) }
            return taken
        }
    }

    nonisolated(nonsending) func waitToReceive(timeout: Duration?) async throws -> Message {
        try origin.require("receive")
        let deadline = timeout.map { Moment.now + $0 }
        let (ticket, isBudgetSpent) = state.withLock { $0.drawTicket() }
        if isBudgetSpent {
            await context.executor.yield()
            try Task.checkCancellation()
            // Mostly there is a message. Then nothing is needed of what makes a wait end with the task's cancellation.
            var message = Message()
            if case .done = receiveAtOnce(into: &message, bounded: false) { return message }
        }
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
    /// Adds the messages that are there, up to a number.
    mutating func take(upTo count: Int, into messages: inout [Message]) throws(ZMQError) {
        var first = Message()
        guard count > 0, try take(into: &first) else { return }
        let end = messages.count + count
        messages.reserveCapacity(messages.count + Swift.min(count, 128))
        messages.append(first)
        while messages.count < end {
            // Received where it stays.
            messages.append(Message())
            // What was taken has somebody it belongs to; an error is met again by the next receive.
            guard (try? take(into: &messages[messages.count - 1])) == true else {
                messages.removeLast()
                return
            }
        }
    }

    /// Takes the next message; false when there is none.
    ///
    /// - Parameter message: an empty one, whose place it takes. To return it would be to copy it.
    @inline(__always)
    private mutating func take(into message: inout Message) throws(ZMQError) -> Bool {
        switch takeAtOnce(into: &message) {
        case .done: return true
        case .notNow: return false
        case .unusual:
            guard let taken = try take() else { return false }
            message = taken
            return true
        }
    }
}
