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
    private let result = Locked<Result<Success, any Error>?>(nil)
    private let thread = ThreadLocal.currentThread

    /// Readable when another thread has given the result. It belongs to the waiting thread, which outlives its wait.
    let descriptor: Int32

    init() throws(ZMQError) {
        descriptor = try CurrentThread.clearedWakeDescriptor()
    }

    func resume(_ value: Result<Success, any Error>) {
        result.withLock { stored in
            stored = value
            // Within the lock: once the result can be seen, the thread may end and its descriptor with it.
            if ThreadLocal.currentThread != thread { WakeDescriptor.signal(descriptor) }
        }
    }

    /// The result, once there is one.
    func takeResult() -> Result<Success, any Error>? {
        result.withLock { value in
            defer { value = nil }
            return value
        }
    }
}
