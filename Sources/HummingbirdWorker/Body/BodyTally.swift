import NIOConcurrencyHelpers

/// Counts what is written of a body, so that one that is cut short or too long is not taken for a complete one.
///
/// Copies of a writer share it; hence a class, and the lock, as Hummingbird lets a body run anywhere.
final class BodyTally: Sendable {
    private struct State {
        var count = 0
        var isFinished = false
    }

    private let length: Int?
    private let state = NIOLockedValueBox(State())

    /// - Parameter length: how many bytes have been announced, if any have.
    init(length: Int?) {
        self.length = length
    }

    /// Counts a piece, before it is sent.
    func add(_ bytes: Int) throws(BodyError) {
        let (count, isFinished) = state.withLockedValue { state in
            state.count += bytes
            return (state.count, state.isFinished)
        }
        if isFinished { throw BodyError("wrote a piece after it had finished") }
        if let length, count > length { throw BodyError("is longer than the \(length) bytes that it announced") }
    }

    func finish() {
        state.withLockedValue { $0.isFinished = true }
    }

    /// Throws unless the body has been finished and is as long as was announced.
    func checkCompletion() throws(BodyError) {
        let state = state.withLockedValue { $0 }
        guard state.isFinished else { throw BodyError("ended without a call of finish(_:)") }
        if let length, state.count < length {
            throw BodyError("has \(state.count) bytes and announced \(length)")
        }
    }
}
