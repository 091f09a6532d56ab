/// What a thread waited for, once it has come about.
enum Delivery: Sendable {
    case received(Message)
    case sent
}

/// A thread that waits in `poll` for a socket, and can be given the result by itself or any other thread.
///
/// A thread waits for one thing at a time, so it has one of these for as long as it lives, and a wait costs no allocation.
final class ParkedThread: Sendable {
    private let outcome = Locked<Outcome?>(nil)
    private let thread = ThreadLocal.currentThread
    private let wake: WakeDescriptor

    /// For the calling thread.
    init() throws(ZMQError) {
        wake = try WakeDescriptor()
    }

    private struct Outcome {
        let result: Result<Delivery, any Error>
        /// Whether the waiting thread's descriptor was signalled.
        let isSignalled: Bool
    }

    /// Readable when another thread has given the result.
    var descriptor: Int32 { wake.number }

    func resume(_ result: Result<Delivery, any Error>) {
        outcome.withLock { stored in
            let isElsewhere = ThreadLocal.currentThread != thread
            stored = Outcome(result: result, isSignalled: isElsewhere)
            if isElsewhere { wake.signal() }
        }
    }

    /// The result, once there is one. For the waiting thread alone.
    func takeResult() -> Result<Delivery, any Error>? {
        outcome.withLock { stored in
            guard let outcome = stored else { return nil }
            stored = nil
            if outcome.isSignalled { wake.clear() }
            return outcome.result
        }
    }
}
