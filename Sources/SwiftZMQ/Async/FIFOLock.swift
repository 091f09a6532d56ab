/// Lets tasks do something one after the other, first come, first served; any of them may leave while it waits.
final class FIFOLock: Sendable {
    private let state = Locked(State())

    fileprivate struct State {
        var isLocked = false
        var waiting = WaitQueue<Suspension<Void, any Error>>()
        var lastTicket: UInt64 = 0
    }

    /// Takes the lock, waiting for it while another has it. Each success is followed by one `unlock()`.
    nonisolated(nonsending) func lock(until deadline: Moment?) async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return Ticket(number: state.lastTicket)
        }
        if state.withLock({ $0.lockIfFree() }) { return }
        // One that has to wait can afford a timer of its own.
        let timer = deadline.map { deadline in
            Task.detached { [self] in
                try await Task.sleep(for: Swift.max(deadline - .now, .zero).bounded)
                leave(ticket, because: SocketCore.timeout("request"))
            }
        }
        defer { timer?.cancel() }
        try await Suspension<Void, any Error>.wait { suspension in
            state.withLock { state in
                if let deadline, deadline <= .now { return .failure(SocketCore.timeout("request")) }
                if state.lockIfFree() { return .success(()) }
                state.waiting.append(suspension, ticket: ticket, deadline: deadline)
                return nil
            }
        } withdraw: {
            state.withLock { $0.waiting.remove(ticket) }
        }
    }

    /// Hands the lock to the next who waits, if anybody does.
    func unlock() {
        let next = state.withLock { state in
            let next = state.waiting.removeFirst()
            state.isLocked = next != nil
            return next
        }
        next?.resume(.success(()))
    }

    private func leave(_ ticket: Ticket, because error: any Error) {
        let suspension = state.withLock { $0.waiting.remove(ticket) }
        suspension?.resume(.failure(error))
    }
}

extension FIFOLock.State {
    /// Takes the lock if nobody has it and nobody waits for it.
    fileprivate mutating func lockIfFree() -> Bool {
        guard !isLocked else { return false }
        isLocked = true
        return true
    }
}
