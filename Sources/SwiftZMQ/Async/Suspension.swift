/// A suspended task that is to be resumed exactly once.
///
/// The runtime's own check for that costs an allocation for each wait. It is not needed here: a suspension is stored in one
/// place only, under a lock, and whoever takes it out of there resumes it.
@safe
struct Suspension<Success: Sendable, Failure: Error>: Sendable {
    private let continuation: UnsafeContinuation<Success, Failure>

    func resume(_ result: Result<Success, Failure>) {
        unsafe continuation.resume(with: result)
    }
}

extension Suspension where Failure == any Error {
    /// Suspends the calling task until somebody resumes it or it is cancelled.
    ///
    /// - Parameters:
    ///   - enqueue: puts the suspension where others find it; or, without having done so, returns the result.
    ///   - withdraw: takes the suspension out again, for a task that was cancelled; nil when somebody else has done so, who
    ///     then resumes it. Called on any thread, perhaps before `enqueue`, and perhaps with locks of the runtime's held:
    ///     it resumes nobody.
    /// - Throws: `CancellationError` when the task was cancelled before it was resumed.
    @inline(__always)
    nonisolated(nonsending) static func wait(
        enqueue: (Self) -> Result<Success, Failure>?, withdraw: @Sendable () -> Self?
    ) async throws -> Success {
        try await withTaskCancellationHandler {
            try await unsafe withUnsafeThrowingContinuation { continuation in
                let suspension = unsafe Suspension(continuation: continuation)
                guard !Task.isCancelled else { return suspension.resume(.failure(CancellationError())) }
                if let result = enqueue(suspension) { return suspension.resume(result) }
                // Cancelled between the two: the handler may have come before there was anything to withdraw.
                if Task.isCancelled { withdraw()?.resume(.failure(CancellationError())) }
            }
        } onCancel: {
            withdraw()?.resume(.failure(CancellationError()))
        }
    }
}

extension Suspension where Success == Void, Failure == Never {
    /// Suspends the task and gives the suspension to a closure.
    @inline(__always)
    nonisolated(nonsending) static func suspend(_ body: (Self) -> Void) async {
        await unsafe withUnsafeContinuation { body(unsafe Suspension(continuation: $0)) }
    }

    func resume() {
        resume(.success(()))
    }
}
