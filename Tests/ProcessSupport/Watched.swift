import Synchronization

/// A value that other threads change and that a test can wait for, until its time limit cancels it.
package final class Watched<Value: Sendable>: Sendable {
    private struct State {
        var value: Value
        var observers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextObserver = 0
    }

    private let state: Mutex<State>

    package init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    package var value: Value { state.withLock { $0.value } }

    package func change(_ body: (inout Value) -> Void) {
        let observers = state.withLock { state in
            body(&state.value)
            return state.observers.values.map(\.self)
        }
        for observer in observers { observer.yield() }
    }

    /// Waits until a body finds what it looks for in the value; what it throws ends the wait.
    package func wait<Found>(for find: (Value) throws -> Found?) async throws -> Found {
        let (changes, observer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextObserver += 1
            state.observers[state.nextObserver] = observer
            return state.nextObserver
        }
        defer { state.withLock { state in _ = state.observers.removeValue(forKey: number) } }
        observer.yield()
        for await _ in changes {
            if let found = try find(value) { return found }
        }
        throw CancellationError()
    }
}
