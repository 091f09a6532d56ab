import CommandLineSupport
import SwiftZMQ

/// Runs work on the thread that waits for sockets, until it is done or the user ends it, whichever comes first.
///
/// The work is cancelled then, and either returns what it has or throws `CancellationError`, which becomes nil.
func interruptible<Result: Sendable>(
    by signals: EndSignals, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask(executorPreference: .sockets) { try await work() }
        group.addTask {
            _ = await signals.first()
            return nil
        }
        let first = try await group.next()
        // Whichever has ended, the other is to end now.
        group.cancelAll()
        do {
            let second = try await group.next()
            return (first ?? nil) ?? (second ?? nil)
        } catch is CancellationError {
            return nil
        }
    }
}
