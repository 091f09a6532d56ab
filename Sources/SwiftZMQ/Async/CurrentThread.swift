/// What the library remembers of a thread for as long as it lives.
final class CurrentThread {
    /// The executor whose thread this is, if it is one's.
    private(set) var executor: SocketExecutor?
    /// Wakes the thread while it waits for a socket.
    private let wake: WakeDescriptor
    /// A forked child shares the descriptor with its parent, whose thread it is to wake.
    private let origin = ProcessOrigin()

    private init(executor: SocketExecutor?) throws(ZMQError) {
        self.executor = executor
        wake = try WakeDescriptor()
    }

    /// The executor whose thread the caller runs on, if any.
    static var executor: SocketExecutor? {
        ThreadLocal.get(as: CurrentThread.self)?.executor
    }

    /// Makes the calling thread an executor's.
    static func become(_ executor: SocketExecutor) throws(ZMQError) {
        ThreadLocal.set(try CurrentThread(executor: executor))
    }

    /// The descriptor that wakes the calling thread. Whoever is woken by it clears it with `clearWake()`.
    static func wakeDescriptor() throws(ZMQError) -> Int32 {
        if let known = ThreadLocal.get(as: CurrentThread.self), known.origin.isThisProcess { return known.wake.number }
        let new = try CurrentThread(executor: nil)
        ThreadLocal.set(new)
        return new.wake.number
    }

    /// Makes the calling thread's descriptor unreadable again.
    static func clearWake() {
        ThreadLocal.get(as: CurrentThread.self)?.wake.clear()
    }
}
