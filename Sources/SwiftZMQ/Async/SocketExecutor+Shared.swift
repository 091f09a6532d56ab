extension SocketExecutor {
    /// The executor that a ``Context`` uses unless it is given another.
    ///
    /// A forked child, which has none of its parent's threads, has one of its own.
    ///
    /// It is started when it is first asked for. If the process has no descriptors or threads left by then, this ends the
    /// process, as nobody could run what prefers this executor. So make a context first, which throws in that case.
    public static var shared: SocketExecutor {
        do {
            return try orShared(nil)
        } catch {
            fatalError("\(error); make a Context first, which throws this error")
        }
    }

    /// An executor that was given or, where none was, the shared one.
    ///
    /// - Throws: ``ZMQError`` with the system's error number when there are no descriptors or threads for it.
    static func orShared(_ given: SocketExecutor?) throws(ZMQError) -> SocketExecutor {
        if let given { return given }
        if let first, first.origin.isThisProcess { return first }
        return try substitute.withLock { substitute throws(ZMQError) in try substitute.executor() }
    }

    /// Has the shared executor's thread call a closure that does not block. Where no thread can be had, the closure is kept
    /// for the first one that can.
    static func performOnShared(_ closure: @escaping @Sendable () -> Void) {
        if let first, first.origin.isThisProcess { return first.perform(closure) }
        substitute.withLock { $0.perform(closure) }
    }

    /// Nil if it could not be started.
    private static let first = try? SocketExecutor(name: "zmq-executor")
    // Touched by forked processes alone, and where the first executor could not be started.
    private static let substitute = Locked(Substitute())

    /// What stands in for the first executor where that is missing.
    private struct Substitute {
        private var started: SocketExecutor?
        private var closures: [@Sendable () -> Void] = []

        mutating func executor() throws(ZMQError) -> SocketExecutor {
            if let started, started.origin.isThisProcess { return started }
            let new = try SocketExecutor(name: "zmq-executor")
            started = new
            for closure in closures { new.perform(closure) }
            closures = []
            return new
        }

        mutating func perform(_ closure: @escaping @Sendable () -> Void) {
            do throws(ZMQError) {
                try executor().perform(closure)
            } catch {
                closures.append(closure)
            }
        }
    }
}

extension TaskExecutor where Self == SocketExecutor {
    /// The shared ``SocketExecutor``, for `Task(executorPreference: .sockets) { … }`.
    public static var sockets: SocketExecutor { .shared }
}
