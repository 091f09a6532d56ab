/// A thread that waits until sockets are ready, and runs the tasks that prefer it.
///
/// A task on this thread resumes without changing threads when its socket becomes ready, as this is also the thread that
/// learns of it.
///
/// ```swift
/// try await withTaskExecutorPreference(SocketExecutor.shared) {
///     for try await message in pull.messages { … }
/// }
/// ```
///
/// Sockets work from any task. A task that runs elsewhere is resumed on its own executor, which costs a change of threads
/// each time it had to wait. Do not block on this thread, and do not compute long on it: all other tasks on it, and all
/// who wait for its sockets, would be delayed.
///
/// The executor also looks after sockets that no task waits for, and calls the closures that give memory back: see
/// ``Frame/init(handingOver:release:)``.
///
/// An executor lives as long as the process, since a task that still prefers it may come back at any time. Make few of
/// them, at the start of the program: one for each core that is to do nothing but messaging.
public final class SocketExecutor: TaskExecutor {
    /// The process that the thread is in.
    let origin = ProcessOrigin()
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
        // The thread is not in this process, and the job would never run.
        guard origin.isThisProcess else { fatalError("a task prefers an executor that was inherited by fork") }
        let job = UnownedJob(job)
        let mustInterrupt = state.withLock { state in
            state.jobs.append(job)
            return state.interruptIfAsleep()
        }
        if mustInterrupt { readiness.interrupt() }
    }
}

// MARK: - What the thread shares with others

extension SocketExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var closures: [@Sendable () -> Void] = []
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

    /// Watches a descriptor from now on, and calls its client's `descriptorBecameReadable()` when it becomes readable.
    ///
    /// - Parameter once: whether to do so once alone, until `watchAgain`.
    /// - Returns: the token that names it in later calls.
    func watch(
        _ client: any ReadinessClient, descriptor: Int32, once: Bool = false
    ) throws(ZMQError) -> UInt64 {
        let token = state.withLock { state in
            state.lastToken += 1
            state.clients[state.lastToken] = client
            return state.lastToken
        }
        do throws(ZMQError) {
            try readiness.add(descriptor, token: token, once: once)
        } catch {
            state.withLock { _ = $0.clients.removeValue(forKey: token) }
            throw error
        }
        return token
    }

    /// Watches a descriptor once more, or from now on always. That it is readable already counts.
    func watchAgain(_ token: UInt64, descriptor: Int32, once: Bool) throws(ZMQError) {
        try readiness.modify(descriptor, token: token, once: once)
    }

    /// Stops watching, while the descriptor is still open.
    func unwatch(_ token: UInt64, descriptor: Int32) {
        readiness.remove(descriptor)
        state.withLock { state in
            _ = state.clients.removeValue(forKey: token)
            state.timers.remove(token)
        }
    }

    /// Calls the client's `expire(at:)` once an instant has passed, in the place of the one that was set before.
    func schedule(_ token: UInt64, at instant: Moment) {
        let mustInterrupt = state.withLock { state in
            let isEarliest = state.timers.set(token, at: instant)
            return isEarliest && state.interruptIfAsleep()
        }
        if mustInterrupt { readiness.interrupt() }
    }

    /// Has the thread call a closure that does not block.
    func perform(_ closure: @escaping @Sendable () -> Void) {
        let mustInterrupt = state.withLock { state in
            state.closures.append(closure)
            return state.interruptIfAsleep()
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
    /// How many rounds of jobs run before the thread looks at descriptors again. Looking costs a system call, so it is not
    /// done after each; but jobs that queue new jobs, and tasks that only yield, must not delay it for ever.
    private static let roundsBetweenLooks = 16

    private func run() {
        let executor = unsafe asUnownedTaskExecutor()
        var jobs: [UnownedJob] = []
        var closures: [@Sendable () -> Void] = []
        var yielded: [Suspension<Void, Never>] = []
        var tokens: [UInt64] = []
        var ready: [any ReadinessClient] = []
        var rounds = 0
        while true {
            let timeout = state.withLock { state in
                swap(&jobs, &state.jobs)
                swap(&closures, &state.closures)
                swap(&yielded, &state.yielded)
                return jobs.isEmpty && yielded.isEmpty ? sleepingTime(&state) : .zero
            }
            for job in jobs { unsafe job.runSynchronously(on: executor) }
            if !closures.isEmpty {
                for closure in closures { closure() }
                closures.removeAll(keepingCapacity: closures.count <= 1024)
            }
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
        for client in ready { client.descriptorBecameReadable() }
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
