import Foundation
import SwiftZMQ

/// An executor whose thread a test can hold, so that what the test does meanwhile comes before the executor learns of it.
///
/// What an executor sees too late is otherwise a matter of luck. A socket that lives on one of these is left with commands in
/// its mailbox, and a call of the test's takes them before the executor can.
final class HeldExecutor: Sendable {
    let executor: SocketExecutor

    init() throws {
        executor = try SocketExecutor(name: "zmq-held")
    }

    /// Starts a task on the executor, and returns once it has come to wait for something.
    nonisolated(nonsending) func start<Success: Sendable>(
        _ body: @escaping @Sendable () async throws -> Success
    ) async -> Task<Success, any Error> {
        let task = Task(executorPreference: executor) { try await body() }
        // Jobs run in the order in which they came, and a few rounds lie between two looks at the sockets.
        for _ in 0..<50 { await Task(executorPreference: executor) {}.value }
        return task
    }

    /// Runs a body while the executor does nothing.
    nonisolated(nonsending) func holding(_ body: () async throws -> Void) async throws {
        let isHeld = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let holder = Task(executorPreference: executor) {
            isHeld.continuation.finish()
            Self.wait(for: gate)
        }
        for await _ in isHeld.stream {}
        do {
            try await body()
            gate.signal()
            await holder.value
        } catch {
            gate.signal()
            throw error
        }
    }

    private static func wait(for gate: DispatchSemaphore) {
        gate.wait()
    }
}

/// The value of a task that is to end soon. One that does not is cancelled, and what it throws then fails the test.
nonisolated(nonsending) func value<Success: Sendable>(
    of task: Task<Success, any Error>, within limit: Duration = .seconds(5)
) async throws -> Success {
    let watchdog = Task {
        try await Task.sleep(for: limit)
        task.cancel()
    }
    defer { watchdog.cancel() }
    return try await task.value
}
