/// What the library remembers of a thread for as long as it lives.
final class CurrentThread {
    /// The executor whose thread this is, if it is one's.
    private let executor: SocketExecutor?
    /// Where the thread waits for a socket, once it has had to.
    private var parked: ParkedThread?
    /// A forked child shares the descriptor with its parent, whose thread it is to wake.
    private let origin = ProcessOrigin()

    private init(executor: SocketExecutor?) {
        self.executor = executor
    }

    /// The executor whose thread the caller runs on, if any.
    static var executor: SocketExecutor? {
        ThreadLocal.get(as: CurrentThread.self)?.executor
    }

    /// Makes the calling thread an executor's.
    static func become(_ executor: SocketExecutor) {
        ThreadLocal.set(CurrentThread(executor: executor))
    }

    /// Where the calling thread waits for a socket.
    static func parked() throws(ZMQError) -> ParkedThread {
        let known = ThreadLocal.get(as: CurrentThread.self)
        if let known, known.origin.isThisProcess, let parked = known.parked { return parked }
        let parked = try ParkedThread()
        if let known, known.origin.isThisProcess {
            known.parked = parked
        } else {
            let new = CurrentThread(executor: nil)
            new.parked = parked
            ThreadLocal.set(new)
        }
        return parked
    }
}
