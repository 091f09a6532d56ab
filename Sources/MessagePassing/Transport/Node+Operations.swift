import SwiftZMQ
import SystemSupport

extension Node {
    /// Begins an operation, and waits for its end.
    ///
    /// - Parameters:
    ///   - id: the communicator.
    ///   - timeout: how long it may take; nil for as long as it takes.
    ///   - begin: has the engine begin it, under the ticket.
    /// - Throws: `CancellationError` when the task is cancelled while it waits, or has been before. ``MessagePassingError``.
    nonisolated(nonsending) func perform(
        in id: UInt64, timeout: Duration?,
        _ begin: (inout Engine, Engine.Ticket, inout [Engine.Effect]) throws(MessagePassingError) -> Void
    ) async throws -> Engine.Outcome {
        let (ticket, atOnce) = try change { state, effects throws(MessagePassingError) in
            let ticket = state.core.makeTicket()
            try state.core.perform(&effects) { engine, effects throws(MessagePassingError) in
                try begin(&engine, ticket, &effects)
            }
            for case .end(ticket, let outcome) in effects { return (ticket, Engine.Outcome?.some(outcome)) }
            state.expect(ticket, in: id, timeout: timeout)
            return (ticket, nil)
        }
        if let atOnce { return try Self.checked(atOnce) }
        return try await outcome(of: ticket, in: id)
    }

    /// Waits until all other ranks have been heard, or are dead.
    nonisolated(nonsending) func waitUntilHeard(timeout: Duration) async throws {
        let ticket: Engine.Ticket = change { state, _ in
            let ticket = state.core.makeTicket()
            state.joining = ticket
            state.expect(ticket, in: CommunicatorID.world, timeout: timeout)
            return ticket
        }
        // They may have been by now.
        watcher.withLock { $0 }?.wakeUp()
        _ = try await outcome(of: ticket, in: CommunicatorID.world)
    }

    /// Waits until all other ranks have finished, or are dead.
    nonisolated(nonsending) func waitForOthers(timeout: Duration?) async throws {
        let ticket: Engine.Ticket? = change { state, _ in
            guard state.gone.count < size - 1 else { return nil }
            let ticket = state.core.makeTicket()
            state.finishing.insert(ticket)
            state.expect(ticket, in: CommunicatorID.world, timeout: timeout)
            return ticket
        }
        if let ticket { _ = try await outcome(of: ticket, in: CommunicatorID.world) }
    }

    /// Waits for the end of what a ticket stands for, and takes that back when the task is cancelled.
    private nonisolated(nonsending) func outcome(
        of ticket: Engine.Ticket, in id: UInt64
    ) async throws -> Engine.Outcome {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ended: Engine.Outcome? = state.withLock { state in
                    if case .ended(let outcome) = state.waiters[ticket] {
                        state.waiters[ticket] = nil
                        return outcome
                    }
                    state.waiters[ticket] = .suspended(continuation)
                    return nil
                }
                if let ended { continuation.resume(returning: ended) }
            }
        } onCancel: {
            change { state, effects in
                guard state.takeBack(ticket, in: id, because: "its task was cancelled", &effects) else { return }
                effects.append(.end(ticket, .cancelled))
            }
        }
        return try Self.checked(outcome)
    }

    private static func checked(_ outcome: Engine.Outcome) throws -> Engine.Outcome {
        switch outcome {
        case .failure(let error): throw error
        case .cancelled: throw CancellationError()
        default: return outcome
        }
    }
}

extension Node.State {
    /// Notes that somebody is going to wait for a ticket.
    mutating func expect(_ ticket: Engine.Ticket, in id: UInt64, timeout: Duration?) {
        waiters[ticket] = .expected
        guard let timeout else { return }
        deadlines[ticket] = Node.Deadline(instant: .now + timeout, timeout: timeout, communicator: id)
    }

    /// Takes back what a ticket stands for; false if it has ended already.
    ///
    /// - Parameter reason: what the other ranks are told that take part in it.
    mutating func takeBack(
        _ ticket: Engine.Ticket, in id: UInt64, because reason: String, _ effects: inout [RankCore.Effect]
    ) -> Bool {
        if finishing.remove(ticket) != nil { return true }
        if joining == ticket {
            joining = nil
            return true
        }
        return core.perform(&effects) { $0.cancel(ticket, in: id, because: reason, &$1) }
    }
}
