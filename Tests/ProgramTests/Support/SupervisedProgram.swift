import Glibc
import ProcessSupport

/// A program that is started again whenever it ends otherwise than with status 0, as a system's supervisor does it.
final class SupervisedProgram: Sendable {
    private struct State {
        var program: RunningProgram?
        var hasEnded = false
        var starts = 0
        var isGivenUp = false
    }

    private let state = Watched(State())

    /// Starts it.
    ///
    /// - Parameter start: is called for each start.
    init(_ start: @escaping @Sendable () throws -> RunningProgram) {
        Task { [state] in
            while !state.value.isGivenUp {
                let program = try start()
                state.change {
                    $0.program = program
                    $0.starts += 1
                }
                if try await program.ending() == .exited(0) { break }
            }
            state.change { $0.hasEnded = true }
        }
    }

    deinit {
        state.change { state in
            state.isGivenUp = true
            state.program?.signal(SIGKILL)
        }
    }

    /// How often it was started.
    var starts: Int { state.value.starts }

    /// What the last of them has written to standard error so far.
    var errors: [String] { state.value.program?.errors.soFar ?? [] }

    /// Sends a signal to it, once it runs.
    func signal(_ number: Int32) async throws {
        try await state.wait { $0.program }.signal(number)
    }

    /// Waits for the end with status 0.
    func ending() async throws {
        _ = try await state.wait { $0.hasEnded ? true : nil }
    }
}
