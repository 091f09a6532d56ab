extension SocketCore {
    /// A message that is there and belongs to nobody who waits; nil when there is none.
    @inline(__always)
    func takeNow() throws(ZMQError) -> Multipart? {
        try origin.require("receive")
        return try withState { state, served throws(ZMQError) in
            guard state.receivers.isEmpty else {
                try state.requireOpen(for: "receive")
                return nil
            }
            // Looking for a message consumes the news about room, too, whether there is one or not.
            defer { if state.isAwaitedForRoom { state.serveWaiters(kind, &served) } }
            return try state.take()
        }
    }

    /// As `takeNow`, but nil too when a streak of messages begins or ends: then the slow path looks whether the task
    /// has been cancelled and lets others run.
    @inline(__always)
    func takeWithinStreak() throws(ZMQError) -> Multipart? {
        guard origin.isThisProcess else { return nil }
        return try withState { state, served throws(ZMQError) in
            guard state.receivers.isEmpty, state.isWithinStreak else { return nil }
            state.streak += 1
            defer { if state.isAwaitedForRoom { state.serveWaiters(kind, &served) } }
            return try state.take()
        }
    }

    nonisolated(nonsending) func waitToReceive(timeout: Duration?) async throws -> Multipart {
        try origin.require("receive")
        let deadline = timeout.map { Moment.now + $0 }
        let (ticket, isStreakOver) = state.withLock { $0.drawTicket() }
        if isStreakOver { await context.executor.yield() }
        return try await withTaskCancellationHandler {
            try await Suspension.suspend { suspension in
                queueToReceive(.task(suspension), ticket: ticket, deadline: deadline)
            }
        } onCancel: {
            let waiter = state.withLock { $0.receivers.remove(ticket) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Queues a waiter and serves whoever can be served.
    private func queueToReceive(_ waiter: Waiter<Multipart>, ticket: Ticket, deadline: Moment?) {
        let refusal: (any Error)? = withState { state, served in
            // Cancelled before it queued: the handler has come and found nobody. Cancelled after this: it will wait
            // for the lock and find the waiter.
            if Task.isCancelled { return CancellationError() }
            do throws(ZMQError) {
                try state.requireOpen(for: "receive")
                try watch(&state)
            } catch {
                return error
            }
            state.receivers.append(waiter, ticket: ticket, deadline: deadline)
            // Whoever does not wait for long is to have what is there already.
            if deadline != nil || !state.isKnownEmpty { state.serveWaiters(kind, &served) }
            if let deadline, !state.receivers.isEmpty { setAlarm(for: deadline, &state) }
            return nil
        }
        if let refusal { waiter.resume(throwing: refusal) }
    }

    /// Has the executor watch the socket's descriptor.
    func watch(_ state: inout State) throws(ZMQError) {
        guard state.token == nil else { return }
        state.token = try context.executor.watch(self, descriptor: descriptor)
    }
}

extension SocketCore.State {
    /// A ticket for a waiter, and whether others are to run before it waits.
    mutating func drawTicket() -> (Ticket, isStreakOver: Bool) {
        lastTicket += 1
        defer { streak = 1 }
        return (Ticket(number: lastTicket), streak >= SocketCore.longestStreak)
    }

    /// Whether anybody waits for or watches the socket.
    var isAwaited: Bool { !receivers.isEmpty || !senders.isEmpty || watches != nil }

    /// Whether a receive is to be followed by a look at those who wait for room, or watch.
    var isAwaitedForRoom: Bool { !senders.isEmpty || watches != nil }

    /// Whether a send is to be followed by a look at those who wait for a message, or watch.
    var isAwaitedForMessages: Bool { !receivers.isEmpty || watches != nil }

    /// Whether an operation may go on without looking left or right.
    var isWithinStreak: Bool { streak > 0 && streak < SocketCore.longestStreak }
}
