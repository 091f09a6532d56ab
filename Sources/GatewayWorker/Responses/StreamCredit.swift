import SystemSupport

/// How many bytes of a streamed response the gateway will take at present, and the writer that waits for more.
final class StreamCredit: Sendable {
    fileprivate struct State {
        var available = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    /// Allows further bytes.
    func grant(_ bytes: Int) {
        let waiting = state.withLock { state in
            state.available = Int(clamping: Int128(state.available) + Int128(bytes))
            return state.takeWaiting()
        }
        waiting?.resume()
    }

    /// Takes up to a number of bytes, at least one; waits while there are none.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func take(upTo wanted: Int) async throws -> Int {
        while true {
            try Task.checkCancellation()
            let taken = state.withLock { state in
                let taken = min(wanted, state.available)
                state.available -= taken
                return taken
            }
            if taken > 0 { return taken }
            await waitForMore()
        }
    }

    private func waitForMore() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn: CheckedContinuation<Void, Never>? = state.withLock { state in
                    // Cancelled before this: the handler has come and found nobody. Cancelled after it: the handler
                    // will wait for the lock and find the writer.
                    if state.available > 0 || Task.isCancelled { return continuation }
                    // There is one writer at a time; should there be a second, the first looks again.
                    defer { state.waiting = continuation }
                    return state.waiting
                }
                goesOn?.resume()
            }
        } onCancel: {
            let waiting = state.withLock { $0.takeWaiting() }
            waiting?.resume()
        }
    }
}

extension StreamCredit.State {
    fileprivate mutating func takeWaiting() -> CheckedContinuation<Void, Never>? {
        defer { waiting = nil }
        return waiting
    }
}
