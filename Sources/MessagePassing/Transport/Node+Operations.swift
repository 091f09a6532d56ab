import SwiftZMQ
import SystemSupport

extension Node {
    /// Begins an operation, and waits for its end.
    ///
    /// - Parameters:
    ///   - id: the communicator.
    ///   - timeout: how long it may take; nil for as long as it takes.
    ///   - begin: has the engine begin it, under the ticket.
    /// - Throws: `CancellationError` when the task is cancelled. ``MessagePassingError``.
    nonisolated(nonsending) func perform(
        in id: UInt64, timeout: Duration?,
        _ begin: (inout Engine, Engine.Ticket, inout [Engine.Effect]) throws(MessagePassingError) -> Void
    ) async throws -> Engine.Outcome {
        try Task.checkCancellation()
        let (ticket, atOnce) = try change { state, effects throws(MessagePassingError) in
            let ticket = state.core.makeTicket()
            try state.core.perform(&effects) { engine, effects throws(MessagePassingError) in
                try begin(&engine, ticket, &effects)
            }
            for case .end(ticket, let outcome) in effects { return (ticket, Engine.Outcome?.some(outcome)) }
            state.waiters[ticket] = .expected
            if let timeout {
                state.deadlines[ticket] = Deadline(instant: .now + timeout, timeout: timeout, communicator: id)
            }
            return (ticket, nil)
        }
        if let atOnce { return try Self.checked(atOnce) }
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
                let isCancelled = state.core.perform(&effects) {
                    $0.cancel(ticket, in: id, because: "its task was cancelled", &$1)
                }
                guard isCancelled else { return }
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
