import Synchronization

extension SocketCore {
    /// Refuses a message of which libzmq would drop all or most without a word.
    @inline(__always)
    func validate(_ message: borrowing Multipart) throws(ZMQError) {
        guard message.tail == nil ? kind.sendsToNamedPeers : isConflating.load(ordering: .relaxed) else { return }
        throw kind.sendsToNamedPeers ? Self.nameless(kind) : Self.toConflate
    }

    /// The same for a message of one frame.
    @inline(__always)
    func validateFrame() throws(ZMQError) {
        if kind.sendsToNamedPeers { throw Self.nameless(kind) }
    }

    private static func nameless(_ kind: SocketKind) -> ZMQError {
        ZMQError(
            code: .invalidArgument, operation: "send",
            remedy: "what a \(kind.name) socket sends begins with the routing id of the peer, in a frame of its own")
    }

    private static let toConflate = ZMQError(
        code: .invalidArgument, operation: "send",
        remedy: "with the option conflate, a message has one frame: libzmq would keep the last of several")

    /// Gives a message to the socket if there is room and nobody waits for it; false otherwise.
    ///
    /// - Parameter send: gives the message to the socket, or returns false when there is no room.
    @inline(__always)
    func giveNow(_ send: (RawSocket) throws(ZMQError) -> Bool) throws(ZMQError) -> Bool {
        try origin.require("send")
        return try withState { state, served throws(ZMQError) in
            guard state.senders.isEmpty || kind.sendsToNamedPeers else {
                try state.requireOpen(for: "send")
                return false
            }
            let given = try send(state.open(for: "send"))
            // Sending consumed the news about messages, too, whether there was room or not.
            if state.isAwaitedForMessages { state.serveWaiters(kind, &served) }
            return given
        }
    }

    /// As `giveNow`, but false too when a streak begins or ends; see `takeWithinStreak`.
    @inline(__always)
    func giveWithinStreak(_ send: (RawSocket) throws(ZMQError) -> Bool) throws(ZMQError) -> Bool {
        guard origin.isThisProcess else { return false }
        return try withState { state, served throws(ZMQError) in
            guard state.senders.isEmpty || kind.sendsToNamedPeers, state.isWithinStreak else { return false }
            let given = try send(state.open(for: "send"))
            state.streak += 1
            if state.isAwaitedForMessages { state.serveWaiters(kind, &served) }
            return given
        }
    }

    nonisolated(nonsending) func waitToSend(_ message: Multipart, timeout: Duration?) async throws {
        try origin.require("send")
        let deadline = timeout.map { Moment.now + $0 }
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
        _ message: Multipart, _ waiter: Waiter<Void>, ticket: Ticket, deadline: Moment?
    ) {
        let refusal: (any Error)? = withState { state, served in
            // See `queueToReceive`.
            if Task.isCancelled { return CancellationError() }
            do throws(ZMQError) {
                try state.requireOpen(for: "send")
                try watch(&state)
            } catch {
                return error
            }
            let pending = PendingSend(message: message, waiter: waiter)
            state.senders.append(pending, ticket: ticket, deadline: deadline)
            state.serveWaiters(kind, &served)
            if let deadline, !state.senders.isEmpty { setAlarm(for: deadline, &state) }
            return nil
        }
        if let refusal { waiter.resume(throwing: refusal) }
    }
}
