/// Lets tasks do something one after the other, first come, first served; any of them may leave while it waits.
final class Turns: Sendable {
    private let state = Locked(State())

    fileprivate struct State {
        var isTaken = false
        var waiting = WaitQueue<Suspension<Void, any Error>>()
        var lastTicket: UInt64 = 0
    }

    /// Takes the turn, waiting for it if it is another's. Each success is followed by one `give()`.
    nonisolated(nonsending) func take(until deadline: Moment?) async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return Ticket(number: state.lastTicket)
        }
        if state.withLock({ $0.takeIfFree() }) { return }
        // One that has to wait can afford a timer of its own.
        let timer = deadline.map { deadline in
            Task.detached { [self] in
                try await Task.sleep(for: Swift.max(deadline - .now, .zero))
                leave(ticket, because: SocketCore.timeout("request"))
            }
        }
        defer { timer?.cancel() }
        try await withTaskCancellationHandler {
            try await Suspension.suspend { suspension in
                let isOver: Result<Void, any Error>? = state.withLock { state in
                    // Cancelled before it queued: the handler has come and found nobody.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let deadline, deadline <= .now { return .failure(SocketCore.timeout("request")) }
                    if state.takeIfFree() { return .success(()) }
                    state.waiting.append(suspension, ticket: ticket, deadline: deadline)
                    return nil
                }
                if let isOver { suspension.resume(isOver) }
            }
        } onCancel: {
            leave(ticket, because: CancellationError())
        }
    }

    /// Gives the turn to the next, or to nobody.
    func give() {
        let next = state.withLock { state in
            let next = state.waiting.removeFirst()
            state.isTaken = next != nil
            return next
        }
        next?.resume(.success(()))
    }

    private func leave(_ ticket: Ticket, because error: any Error) {
        let suspension = state.withLock { $0.waiting.remove(ticket) }
        suspension?.resume(.failure(error))
    }
}

extension Turns.State {
    /// Takes the turn if nobody has it and nobody waits for it.
    fileprivate mutating func takeIfFree() -> Bool {
        guard !isTaken else { return false }
        isTaken = true
        return true
    }
}
