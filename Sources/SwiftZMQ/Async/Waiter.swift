/// Someone who waits for a socket: a task that is suspended or a thread that is blocked.
enum Waiter<Success: Sendable> {
    case task(Suspension<Success, any Error>)
    case thread(ParkedThread<Success>)

    func resume(_ result: Result<Success, any Error>) {
        switch self {
        case .task(let suspension): suspension.resume(result)
        case .thread(let parked): parked.resume(result)
        }
    }

    func resume(throwing error: any Error) {
        resume(.failure(error))
    }
}

/// A thread that waits in `poll` for a socket, and can be given the result by itself or any other thread.
final class ParkedThread<Success: Sendable>: Sendable {
    private let result = Locked<Outcome?>(nil)
    private let thread = ThreadLocal.currentThread

    /// Readable when another thread has given the result. It belongs to the waiting thread, which outlives its wait.
    let descriptor: Int32

    init() throws(ZMQError) {
        descriptor = try CurrentThread.wakeDescriptor()
    }

    private struct Outcome {
        let result: Result<Success, any Error>
        /// Whether the waiting thread's descriptor was signalled.
        let isSignalled: Bool
    }

    func resume(_ value: Result<Success, any Error>) {
        result.withLock { stored in
            let isElsewhere = ThreadLocal.currentThread != thread
            stored = Outcome(result: value, isSignalled: isElsewhere)
            // Within the lock: once the result can be seen, the thread may end and its descriptor with it.
            if isElsewhere { WakeDescriptor.signal(descriptor) }
        }
    }

    /// The result, once there is one. For the waiting thread alone.
    func takeResult() -> Result<Success, any Error>? {
        let outcome = result.withLock { stored in
            defer { stored = nil }
            return stored
        }
        if outcome?.isSignalled == true { CurrentThread.clearWake() }
        return outcome?.result
    }
}
