import EndpointSupport
public import SwiftZMQ
import SystemSupport

/// A producer: takes tasks in, hands them to workers that ask, and keeps each until the collector has its result.
///
/// ```swift
/// let producer = try Producer(context, settings: PipelineSettings(), tasks: "tcp://*:5557", done: "tcp://*:5559")
/// async let end: Void = producer.run()
/// for line in lines {
///     while !producer.offer(line) { await producer.roomChanged() }
///     try producer.handOut()
/// }
/// producer.endInput()
/// try await end
/// ```
public final class Producer: Sendable {
    typealias Instant = Moment

    /// The endpoint for workers, wildcards resolved.
    public let tasksEndpoint: String
    /// The endpoint for the collector, wildcards resolved.
    public let doneEndpoint: String

    private let tasks: Router
    private let done: Router
    private let window: Locked<TaskWindow>
    private let room = AsyncSignal()
    private let change = AsyncSignal()
    private let halted = AsyncSignal()
    private let notice: NoticeHandler
    private let executor: SocketExecutor
    private let watch: Locked<ProducerWatch>
    /// Where the collector was last heard.
    private let collectorConnection = Locked<Frame?>(nil)

    private let clock = Locked(PresenceClock())
    private static let glance = Duration.milliseconds(100)

    /// The time by a clock that stands still when this program does.
    private var now: Instant { clock.withLock { $0.time(at: .now) } }

    /// Binds both endpoints.
    ///
    /// - Parameters:
    ///   - settings: how tasks are handed out.
    ///   - resumes: whether a run is gone on with that was ended; the collector tells what that has done.
    ///   - security: what both endpoints are secured by; nil, the default, for by nothing.
    ///   - notice: told about who is missing.
    public init(
        _ context: Context, settings: PipelineSettings, tasks tasksEndpoint: String, done doneEndpoint: String,
        resumes: Bool = false, security: SocketSecurity? = nil, notice: @escaping NoticeHandler = { _ in }
    ) throws {
        tasks = try Router(context) {
            $0.setForPipeline()
            // A worker that is gone is known at once, and its tasks go to another.
            $0.isMandatory = true
            $0.usesIPv6 = EndpointText.isIPv6(tasksEndpoint)
            $0.secure(by: security)
        }
        done = try Router(context) {
            $0.setForPipeline()
            $0.usesIPv6 = EndpointText.isIPv6(doneEndpoint)
            $0.secure(by: security)
        }
        self.tasksEndpoint = try tasks.bindUnlessTaken(tasksEndpoint)
        self.doneEndpoint = try done.bindUnlessTaken(doneEndpoint)
        window = Locked(TaskWindow(run: .random(), settings: settings, resumes: resumes))
        watch = Locked(ProducerWatch(tasks: self.tasksEndpoint, done: self.doneEndpoint, start: .now))
        executor = context.executor
        self.notice = notice
    }

    /// An endpoint for workers in this process, which need neither a port nor keys.
    public func localTasksEndpoint() throws -> String { try tasks.localEndpoint(beside: tasksEndpoint) }

    /// An endpoint for a collector in this process, which needs neither a port nor keys.
    public func localDoneEndpoint() throws -> String { try done.localEndpoint(beside: doneEndpoint) }

    /// How far it is.
    public var status: ProducerStatus {
        let now = now
        return window.withLock { window in
            ProducerStatus(
                read: window.readCount, done: window.doneCount, failed: window.failedCount,
                resent: window.resentCount, resumed: window.resumedCount, lost: window.lostCount,
                workers: window.aliveWorkers(at: now), isInterrupted: window.isStopped, isHalted: window.isHalted)
        }
    }

    // MARK: Input

    /// Takes a task if there is room for it in the window. It is handed out by the next ``handOut()``.
    ///
    /// - Returns: whether there was room.
    public func offer(_ text: ArraySlice<UInt8>) -> Bool {
        var isTaken = false
        offer { take in isTaken = text.withUnsafeBytes(take) }
        return isTaken
    }

    /// Takes tasks as long as there is room for them in the window: the way for millions of them.
    ///
    /// - Parameter tasks: gets a closure that takes a task's text, which it copies, and says whether there was room.
    public func offer(_ tasks: (_ take: (UnsafeRawBufferPointer) -> Bool) -> Void) {
        window.withLock { window in
            tasks { text in
                guard window.hasRoom else { return false }
                window.add(text)
                return true
            }
        }
    }

    /// Waits until there may be room, or the producer was stopped, or the task was cancelled. For one task at a time.
    public nonisolated(nonsending) func roomChanged() async {
        await room.wait()
    }

    /// Sends to workers that ask what was taken in since the last time.
    public func handOut() throws {
        let now = now
        while let next = window.withLock({ $0.nextHandOut(at: now) }) {
            guard try !send(next) else { continue }
            window.withLock { $0.takeBack(next) }
        }
    }

    /// Sends tasks to a worker; false when it is gone.
    private func send(_ handOut: TaskWindow.HandOut) throws -> Bool {
        try trySend(handOut.batch.encoded, to: handOut.connection)
    }

    /// Says which line names the columns of the tasks. To be called before the first is offered.
    public func setHeader(_ header: ArraySlice<UInt8>) {
        window.withLock { $0.setHeader(header) }
    }

    /// Says that somebody looks at the whole input while it is read: of a run that is gone on with nothing is handed out
    /// before it is known by ``expect(_:)`` that the input is the same.
    public func lookAtInput() {
        window.withLock { $0.lookAtInput() }
    }

    /// Says what the whole input is, or that this could not be found out.
    public func expect(_ whole: InputPart?) {
        window.withLock { $0.expect(whole) }
        room.send()
    }

    /// Whether the input is that of the run that is gone on with, as far as it has been read; nil as long as that is not
    /// known.
    public var isInputTheSame: Bool? { window.withLock { $0.isInputTheSame } }

    /// Says that no more tasks come.
    public func endInput() {
        window.withLock { $0.endInput() }
        change.send()
    }

    /// Hands out nothing more; ``run()`` returns when what workers have is done.
    public func stop() {
        window.withLock { $0.stop() }
        change.send()
        room.send()
    }

    /// Whether it hands out nothing more.
    public var isStopped: Bool { window.withLock { $0.isEnding } }

    /// Waits until too many tasks have failed, or the task is cancelled.
    public func awaitHalt() async {
        while !Task.isCancelled {
            if window.withLock({ $0.isHalted }) { return }
            await halted.wait()
        }
    }

    // MARK: Running

    /// Hands out and keeps count until everything is done and the collector knows.
    public func run() async throws {
        defer {
            tasks.close()
            done.close()
        }
        try await withTaskExecutorPreference(executor) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [self] in try await hearWorkers() }
                group.addTask { [self] in try await hearCollector() }
                group.addTask { [self] in try await keepTime() }
                group.addTask { [self] in try await awaitEnd() }
                defer { group.cancelAll() }
                // Only the last of them ends by itself; a failure of any ends all.
                try await group.next()
            }
        }
    }

    private func hearWorkers() async throws {
        for try await message in tasks.messages {
            do throws(WireError) {
                let (connection, said) = Self.split(message)
                let heard = try WorkerMessage(said)
                let now = now
                window.withLock { $0.hear(heard, from: connection, at: now) }
            } catch {
                notice(PipelineNotice("\(tasksEndpoint): a message that came as a worker's is ignored: \(error)"))
                continue
            }
            try handOut()
            sendSignals()
        }
    }

    private func hearCollector() async throws {
        for try await message in done.messages {
            do throws(WireError) {
                let (connection, said) = Self.split(message)
                if StatusMessage.isRequest(said) {
                    let status = runStatus
                    send(StatusMessage.encoded(status), to: connection)
                    continue
                }
                let heard = try CollectorMessage(said)
                let now = now
                let answers = window.withLock { $0.hear(heard, at: now) }
                for answer in answers { send(answer.encoded, to: connection) }
                collectorConnection.withLock { $0 = connection }
            } catch {
                notice(PipelineNotice("\(doneEndpoint): a message that came as a collector's is ignored: \(error)"))
                continue
            }
            try handOut()
            sendSignals()
        }
    }

    private static func split(_ message: Message) -> (connection: Frame, said: Message) {
        var message = message
        // A ROUTER's message has the routing id in front; more frames than ours are for the decoder to refuse.
        guard message.count > 1 else { return (Frame(), message) }
        let connection = message.removeFirst()
        return (connection, message)
    }

    /// How far the run is, in full.
    private var runStatus: RunStatus {
        let now = now
        return window.withLock { $0.status(at: now) }
    }

    private func send(_ answer: Frame, to connection: Frame) {
        do throws(ZMQError) {
            _ = try done.trySend(Message([connection, answer]))
        } catch {
            notice(PipelineNotice("\(doneEndpoint): \(error)"))
        }
    }

    private func sendSignals() {
        let (hasRoom, isFinished, isHalted) = window.withLock {
            ($0.hasRoom || $0.isEnding, $0.isFinished, $0.isHalted)
        }
        if isHalted { halted.send() }
        if hasRoom { room.send() }
        if isFinished { change.send() }
    }

    private func keepTime() async throws {
        let glance = window.withLock { window in
            let delay = window.settings.delay
            return delay > .zero ? min(Self.glance, max(delay, .milliseconds(1))) : Self.glance
        }
        var nextProbe = now
        while true {
            try await Task.sleep(for: glance)
            let now = now
            let (workers, hasCollector, undelivered, astray, messages) = window.withLock { window in
                window.tick(at: now)
                return (
                    window.aliveWorkers(at: now), window.hasCollector(at: now), window.undelivered(at: now),
                    window.takeAstray(),
                    [window.newInput(), window.acknowledgement()].compactMap(\.self) + window.lostTasks(at: now)
                )
            }
            if let connection = collectorConnection.withLock({ $0 }) {
                for message in messages { send(message.encoded, to: connection) }
            }
            if now >= nextProbe {
                nextProbe = now + .milliseconds(500)
                try probe(at: now)
            }
            try handOut()
            sendSignals()
            let news = watch.withLock { watch in
                watch.news(
                    workers: workers, hasCollector: hasCollector, undelivered: undelivered, astray: astray, at: now)
            }
            for line in news { notice(PipelineNotice(line)) }
        }
    }

    /// Finds out whether the connections of silent workers are there: one that is cut off for a while still has what it
    /// said it had.
    private func probe(at now: Instant) throws {
        for (worker, connection) in window.withLock({ $0.silentWorkers(at: now) }) {
            let nothing = TaskBatch(run: window.withLock { $0.run }, tasks: TaskList())
            let isThere = try trySend(nothing.encoded, to: connection)
            if !isThere { window.withLock { $0.noteUnreachable(worker) } }
        }
    }

    private func trySend(_ frame: Frame, to connection: Frame) throws -> Bool {
        do {
            // Without a high-water mark there is always room.
            return try tasks.trySend(Message([connection, frame]))
        } catch {
            guard error.code == .hostUnreachable else { throw error }
            return false
        }
    }

    /// Tells all workers that nobody wants the results of this run any more.
    public func endWhatIsBegun() {
        let (run, connections) = window.withLock { ($0.run, $0.connections) }
        for connection in connections { _ = try? trySend(TaskBatch.halt(run), to: connection) }
    }

    /// Waits until the collector has everything, or is gone although it has.
    private func awaitEnd() async throws {
        while !window.withLock({ $0.isFinished }) {
            await change.wait()
            try Task.checkCancellation()
        }
        // A collector that was told learns the rest by asking, as it does every second; one that comes back asks, too.
        let deadline = Instant.now + window.withLock { $0.patienceForCollector }
        while !window.withLock({ $0.hasCollectorEnded }), Instant.now < deadline {
            await change.wait()
            try Task.checkCancellation()
        }
    }
}
