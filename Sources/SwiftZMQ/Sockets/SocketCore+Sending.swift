extension SocketCore {
    /// Gives a message to the socket if there is room and nobody waits for it; false otherwise.
    func giveNow(_ message: Multipart) throws(ZMQError) -> Bool {
        try state.withLock { state throws(ZMQError) in
            guard state.senders.isEmpty || kind.sendsToNamedPeers else {
                _ = try state.open(for: "send")
                return false
            }
            let given = try state.give(message)
            // Sending consumed the news about messages, too, whether there was room or not.
            if !state.receivers.isEmpty { state.serveWaiters(kind) }
            return given
        }
    }

    /// As `giveNow`, but false too when a streak begins or ends; see `takeWithinStreak`.
    func giveWithinStreak(_ message: Multipart) throws(ZMQError) -> Bool {
        try state.withLock { state throws(ZMQError) in
            guard state.senders.isEmpty || kind.sendsToNamedPeers, state.isWithinStreak else { return false }
            let given = try state.give(message)
            state.streak += 1
            if !state.receivers.isEmpty { state.serveWaiters(kind) }
            return given
        }
    }

    nonisolated(nonsending) func waitToSend(_ message: Multipart, timeout: Duration?) async throws {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        let (ticket, isStreakOver) = state.withLock { $0.drawTicket() }
        if isStreakOver { await context.executor.yield() }
        try await withTaskCancellationHandler {
            try await Suspension.suspend { suspension in
                queueToSend(message, .task(suspension), ticket: ticket, deadline: deadline)
            }
        } onCancel: {
            let pending = state.withLock { $0.senders.remove(ticket) }
            pending?.waiter.resume(throwing: CancellationError())
        }
    }

    /// Queues a waiter and serves whoever can be served.
    private func queueToSend(
        _ message: Multipart, _ waiter: Waiter<Void>, ticket: Ticket, deadline: ContinuousClock.Instant?
    ) {
        let refusal: (any Error)? = state.withLock { state in
            // See `queueToReceive`.
            if Task.isCancelled { return CancellationError() }
            do throws(ZMQError) {
                _ = try state.open(for: "send")
                try watch(&state)
            } catch {
                return error
            }
            let pending = PendingSend(message: message, waiter: waiter)
            state.senders.append(pending, ticket: ticket, deadline: deadline)
            state.serveWaiters(kind)
            if let deadline, !state.senders.isEmpty { setAlarm(for: deadline, &state) }
            return nil
        }
        if let refusal { waiter.resume(throwing: refusal) }
    }
}
