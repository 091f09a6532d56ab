/// A thread that waits until sockets are ready and runs the tasks that wait for them.
///
/// A task that runs on the thread that also learns of a socket's readiness resumes without changing threads: an
/// asynchronous `receive` then costs no more time than a blocking one in C.
///
/// ```swift
/// try await withTaskExecutorPreference(SocketExecutor.shared) {
///     for try await message in pull.messages { … }
/// }
/// ```
///
/// Sockets work from any task; one that does not run here is resumed on its own executor, which costs a change of
/// threads each time it had to wait. Do not block on this thread or compute long on it: every other task on it, and
/// every wake-up of its sockets' waiters, comes later.
///
/// An executor lives as long as the process, since a task that still prefers it may come back at any time. Create few,
/// at start: one for each core that is to do nothing but messaging.
public final class SocketExecutor: TaskExecutor {
    /// The executor that a ``Context`` uses unless it is given another.
    ///
    /// A forked child, which has none of its parent's threads, has one of its own.
    public static var shared: SocketExecutor {
        if first.origin.isThisProcess { return first }
        return afterFork.withLock { known in
            if let known, known.origin.isThisProcess { return known }
            let new = makeShared()
            known = new
            return new
        }
    }

    private static let first = makeShared()
    // Touched by forked processes alone.
    private static let afterFork = Locked<SocketExecutor?>(nil)

    private static func makeShared() -> SocketExecutor {
        do {
            return try SocketExecutor(name: "zmq-executor")
        } catch {
            // Without descriptors or threads at the very start there is no program to go on with.
            fatalError("\(error)")
        }
    }

    private let origin = ProcessOrigin()
    private let readiness: ReadinessQueue
    private let state = Locked(State())

    /// Starts a thread.
    ///
    /// - Parameter name: the thread's name, of which at most 15 bytes are kept.
    /// - Throws: ``ZMQError`` with the system's error number when descriptors or threads have run out.
    public init(name: String) throws(ZMQError) {
        readiness = try ReadinessQueue(for: "create a list of watched descriptors")
        try DetachedThread.start(name: name) { [self] in
            CurrentThread.become(self)
            run()
        }
    }

    /// Queues a job of a task that prefers this executor. The concurrency runtime calls it.
    public func enqueue(_ job: consuming ExecutorJob) {
        // It would wait for ever.
        guard origin.isThisProcess else { fatalError("a task prefers an executor that was inherited by fork") }
        let job = UnownedJob(job)
        let mustInterrupt = state.withLock { state in
            state.jobs.append(job)
            return state.interruptIfAsleep()
        }
        if mustInterrupt { readiness.interrupt() }
    }
}

extension TaskExecutor where Self == SocketExecutor {
    /// The shared ``SocketExecutor``, for `Task(executorPreference: .sockets) { … }`.
    public static var sockets: SocketExecutor { .shared }
}

// MARK: - What the thread shares with others

extension SocketExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var yielded: [Suspension<Void, Never>] = []
        var timers = TimerHeap()
        var clients: [UInt64: any ReadinessClient] = [:]
        var lastToken = ReadinessQueue.wakeToken
        /// Whether the thread waits, or is about to, and nobody has interrupted it yet.
        var isAsleep = false

        /// Whether the caller must interrupt the wait, which then no other caller has to.
        mutating func interruptIfAsleep() -> Bool {
            defer { isAsleep = false }
            return isAsleep
        }
    }

    /// Watches a descriptor from now on, and calls its client's `serveWaiters()` when it becomes readable.
    ///
    /// - Returns: the token that names it in later calls.
    func watch(_ client: any ReadinessClient, descriptor: Int32) throws(ZMQError) -> UInt64 {
        let token = state.withLock { state in
            state.lastToken += 1
            state.clients[state.lastToken] = client
            return state.lastToken
        }
        do throws(ZMQError) {
            try readiness.add(descriptor, token: token)
        } catch {
            state.withLock { _ = $0.clients.removeValue(forKey: token) }
            throw error
        }
        return token
    }

    /// Stops watching, while the descriptor is still open.
    func unwatch(_ token: UInt64, descriptor: Int32) {
        readiness.remove(descriptor)
        state.withLock { _ = $0.clients.removeValue(forKey: token) }
    }

    /// Calls the client's `expire(at:)` once an instant has passed.
    func schedule(_ token: UInt64, at instant: Moment) {
        let mustInterrupt = state.withLock { state in
            let isEarliest = state.timers.insert(token, at: instant)
            return isEarliest && state.interruptIfAsleep()
        }
        if mustInterrupt { readiness.interrupt() }
    }

    /// Lets everything else that is due run before the calling task goes on.
    nonisolated(nonsending) func yield() async {
        guard CurrentThread.executor === self else {
            await Task.yield()
            return
        }
        await Suspension.suspend { suspension in
            state.withLock { $0.yielded.append(suspension) }
        }
    }
}

// MARK: - The thread

extension SocketExecutor {
    /// How many rounds of jobs run before the thread looks at descriptors again: jobs that beget jobs, and tasks that
    /// only let others go first, must not keep readiness waiting, and a look costs a system call.
    private static let roundsBetweenLooks = 16

    private func run() {
        let executor = unsafe asUnownedTaskExecutor()
        var jobs: [UnownedJob] = []
        var yielded: [Suspension<Void, Never>] = []
        var tokens: [UInt64] = []
        var ready: [any ReadinessClient] = []
        var rounds = 0
        while true {
            let timeout = state.withLock { state in
                swap(&jobs, &state.jobs)
                swap(&yielded, &state.yielded)
                return jobs.isEmpty && yielded.isEmpty ? sleepingTime(&state) : .zero
            }
            for job in jobs { unsafe job.runSynchronously(on: executor) }
            for suspension in yielded { suspension.resume() }
            rounds = jobs.isEmpty && yielded.isEmpty ? Self.roundsBetweenLooks : rounds + 1
            jobs.removeAll(keepingCapacity: true)
            yielded.removeAll(keepingCapacity: true)
            guard rounds >= Self.roundsBetweenLooks else { continue }
            rounds = 0
            lookAtDescriptors(timeout: timeout, &tokens, &ready)
        }
    }

    /// How long the thread may wait; nil for ever. Marks it asleep if it may wait at all.
    private func sleepingTime(_ state: inout State) -> Duration? {
        let timeout = state.timers.earliest.map { Swift.max($0 - .now, .zero) }
        state.isAsleep = timeout != .zero
        return timeout
    }

    /// - Parameters:
    ///   - tokens: empty before and after, as is `ready`; each keeps its memory from one look to the next.
    private func lookAtDescriptors(
        timeout: Duration?, _ tokens: inout [UInt64], _ ready: inout [any ReadinessClient]
    ) {
        readiness.wait(timeout: timeout) { token, _ in tokens.append(token) }
        let earliest = state.withLock { state in
            state.isAsleep = false
            for token in tokens {
                if let client = state.clients[token] { ready.append(client) }
            }
            return state.timers.earliest
        }
        for client in ready { client.serveWaiters() }
        tokens.removeAll(keepingCapacity: true)
        ready.removeAll(keepingCapacity: true)
        if let earliest { expireTimers(from: earliest) }
    }

    private func expireTimers(from earliest: Moment) {
        let now = Moment.now
        guard earliest <= now else { return }
        var due: [any ReadinessClient] = []
        state.withLock { state in
            while let token = state.timers.removeFirst(dueAt: now) {
                if let client = state.clients[token] { due.append(client) }
            }
        }
        for client in due { client.expire(at: now) }
    }
}
