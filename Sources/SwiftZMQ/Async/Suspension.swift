/// A suspended task that is to be resumed exactly once.
///
/// The runtime's own check for that costs an allocation for each wait. Here it is not needed: a suspension lies in one
/// ``WaitQueue``, and whoever takes it out of there, under the socket's lock, resumes it.
@safe
struct Suspension<Success: Sendable, Failure: Error>: Sendable {
    private let continuation: UnsafeContinuation<Success, Failure>

    func resume(_ result: Result<Success, Failure>) {
        unsafe continuation.resume(with: result)
    }
}

extension Suspension where Failure == any Error {
    /// Suspends the task and gives the suspension to a closure.
    @inline(__always)
    nonisolated(nonsending) static func suspend(_ body: (Self) -> Void) async throws -> Success {
        try await unsafe withUnsafeThrowingContinuation { body(unsafe Suspension(continuation: $0)) }
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
