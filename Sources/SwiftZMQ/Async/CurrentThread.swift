/// What the library remembers of a thread for as long as it lives.
final class CurrentThread {
    /// The executor whose thread this is, if it is one's.
    private let executor: SocketExecutor?
    /// Where the thread waits for a socket.
    private let parked: ParkedThread
    /// A forked child shares the descriptor with its parent, whose thread it is to wake.
    private let origin = ProcessOrigin()

    private init(executor: SocketExecutor?) throws(ZMQError) {
        self.executor = executor
        parked = try ParkedThread()
    }

    /// The executor whose thread the caller runs on, if any.
    static var executor: SocketExecutor? {
        ThreadLocal.get(as: CurrentThread.self)?.executor
    }

    /// Makes the calling thread an executor's.
    static func become(_ executor: SocketExecutor) throws(ZMQError) {
        ThreadLocal.set(try CurrentThread(executor: executor))
    }

    /// Where the calling thread waits for a socket.
    static func parked() throws(ZMQError) -> ParkedThread {
        if let known = ThreadLocal.get(as: CurrentThread.self), known.origin.isThisProcess { return known.parked }
        let new = try CurrentThread(executor: nil)
        ThreadLocal.set(new)
        return new.parked
    }
}
