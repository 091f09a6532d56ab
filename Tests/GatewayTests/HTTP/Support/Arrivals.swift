import NIOConcurrencyHelpers

/// Values that arrive on any thread and are waited for one after the other.
final class Arrivals<Value: Sendable>: Sendable {
    private struct State {
        var total = 0
        var values: [Value] = []
        var waiters: [CheckedContinuation<Value, Never>] = []
    }

    private let state = NIOLockedValueBox(State())

    func add(_ value: Value) {
        let waiter = state.withLockedValue { state -> CheckedContinuation<Value, Never>? in
            state.total += 1
            if state.waiters.isEmpty {
                state.values.append(value)
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.resume(returning: value)
    }

    func next() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLockedValue { state -> Value? in
                guard state.values.isEmpty else { return state.values.removeFirst() }
                state.waiters.append(continuation)
                return nil
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// How many have arrived.
    var total: Int { state.withLockedValue { $0.total } }
}
