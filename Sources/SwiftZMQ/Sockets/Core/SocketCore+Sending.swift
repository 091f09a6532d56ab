import Synchronization

extension SocketCore {
    /// Sends a frame that is a message by itself if nothing else is to be done; what else there is, `trySend` does.
    ///
    /// - Parameter bounded: whether the task's budget is drawn on, and nothing done once it is spent: the task is to let
    ///   others run first, which `waitToSend(_:timeout:)` does.
    @inline(__always)
    func sendAtOnce(_ frame: Frame, bounded: Bool) -> QuickAttempt {
        guard origin.isThisProcess else { return .unusual }
        return state.withLock { state in
            guard !bounded || state.drawOnBudget() else { return .notNow }
            return state.giveAtOnce(frame)
        }
    }

    /// Sends a message if there is room and nobody waits for it; false otherwise, and nothing was sent.
    @inline(never)
    func trySend(_ message: some Outgoing) throws(ZMQError) -> Bool {
        try origin.require("send")
        try validate(message)
        return try use { state throws(ZMQError) in
            guard state.maySend(message, kind) else {
                try state.requireOpen(for: "send")
                return false
            }
            return try state.give(message, kind)
        }
    }

    /// As `trySend`, but false, too, when the task is to let others run first: `waitToSend(_:timeout:)` does that.
    @inline(never)
    func sendWithinBudget(_ message: some Outgoing) throws(ZMQError) -> Bool {
        guard origin.isThisProcess else { return false }
        try validate(message)
        return try use { state throws(ZMQError) in
            guard state.drawOnBudget(), state.maySend(message, kind) else { return false }
            return try state.give(message, kind)
        }
    }

    /// Sends messages one after the other as long as there is room and nobody waits for it, at most
    /// ``mostMessagesUnderLock``.
    ///
    /// - Parameters:
    ///   - start: the first to be sent.
    ///   - bounded: whether to stop when the task is to let others run.
    /// - Returns: how many were sent.
    /// - Throws: what kept the first from being sent. Of a later one it is met again when that is the first.
    func trySend(each elements: [some Outgoing], from start: Int, bounded: Bool) throws(ZMQError) -> Int {
        try origin.require("send")
        return try use { state throws(ZMQError) in
            try state.requireOpen(for: "send")
            guard !bounded || state.budget > 0 else { return 0 }
            let end = Swift.min(elements.count, start + Self.mostMessagesUnderLock)
            let sent = try state.give(each: elements, start..<end, for: self)
            if bounded { state.budget &-= Swift.max(sent, 1) }
            return sent
        }
    }

    nonisolated(nonsending) func waitToSend(_ message: Message, timeout: Duration?) async throws {
        try origin.require("send")
        try validate(message)
        let deadline = timeout.map { Moment.now + $0 }
        let (ticket, isBudgetSpent) = state.withLock { $0.drawTicket() }
        if isBudgetSpent {
            await context.executor.yield()
            try Task.checkCancellation()
            // Mostly there is room. Then nothing is needed of what makes a wait end with the task's cancellation.
            if message.tail == nil, case .done = sendAtOnce(message.head, bounded: false) { return }
        }
        try await Suspension<Void, any Error>.wait { suspension in
            enqueueToSend(message, suspension, ticket: ticket, deadline: deadline)
        } withdraw: {
            guard case .task(let suspension)? = state.withLock({ $0.senders.remove(ticket) })?.waiter else {
                return nil
            }
            return suspension
        }
    }

    /// Sends at once, or queues the task.
    private func enqueueToSend(
        _ message: Message, _ suspension: Suspension<Void, any Error>, ticket: Ticket, deadline: Moment?
    ) -> Result<Void, any Error>? {
        use { state in
            do throws(ZMQError) {
                try state.requireOpen(for: "send")
                if state.maySend(message, kind), try state.give(message, kind) { return .success(()) }
                // Not before: a task that only had to let others run does not wait.
                try watchAlways(&state)
            } catch {
                return .failure(error)
            }
            let pending = PendingSend(message: message, waiter: .task(suspension))
            state.senders.append(pending, ticket: ticket, deadline: deadline)
            state.figures.waits &+= 1
            if let deadline { setAlarm(for: deadline, &state) }
            return nil
        }
    }
}

// MARK: - What libzmq would drop without a word

extension SocketCore {
    /// Refuses a message of which libzmq would drop all or most.
    @inline(__always)
    func validate(_ message: some Outgoing) throws(ZMQError) {
        guard message.hasOneFrame ? kind.sendsToNamedPeers : isConflating.load(ordering: .relaxed) else { return }
        throw kind.sendsToNamedPeers ? Self.nameless(kind) : Self.toConflate
    }

    private static func nameless(_ kind: SocketKind) -> ZMQError {
        ZMQError(
            code: .invalidArgument, operation: "send",
            explanation:
                "what a \(kind.name) socket sends begins with the routing id of the peer, in a frame of its own")
    }

    private static let toConflate = ZMQError(
        code: .invalidArgument, operation: "send",
        explanation: "with the option conflate, a message has one frame: libzmq would keep the last of several")
}
