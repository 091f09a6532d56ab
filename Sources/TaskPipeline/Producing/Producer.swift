public import SwiftZMQ
import SystemSupport

/// A producer: takes tasks in, hands them to workers that ask, and keeps each until the collector has its result.
///
/// ```swift
/// let producer = try Producer(context, settings: PipelineSettings(), tasks: "tcp://*:5557", done: "tcp://*:5559")
/// async let end: Void = producer.run()
/// var rest = lines[...]
/// while !rest.isEmpty {
///     rest = producer.offer(rest)
///     try producer.handOut()
///     if !rest.isEmpty { await producer.roomChanged() }
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
    private let notice: NoticeHandler
    private let executor: SocketExecutor
    private let watch: Locked<ProducerWatch>
    /// Where the collector was last heard.
    private let collectorConnection = Locked<Frame?>(nil)

    private static let glance = Duration.milliseconds(100)

    /// Binds both endpoints.
    public init(
        _ context: Context, settings: PipelineSettings, tasks tasksEndpoint: String, done doneEndpoint: String,
        notice: @escaping NoticeHandler = { _ in }
    ) throws {
        tasks = try Router(context) {
            $0.setForPipeline()
            // A worker that is gone is known at once, and its tasks go to another.
            $0.isMandatory = true
            $0.usesIPv6 = tasksEndpoint.contains("[")
        }
        done = try Router(context) {
            $0.setForPipeline()
            $0.usesIPv6 = doneEndpoint.contains("[")
        }
        self.tasksEndpoint = try tasks.bind(tasksEndpoint)
        self.doneEndpoint = try done.bind(doneEndpoint)
        window = Locked(TaskWindow(run: .random(), settings: settings))
        watch = Locked(ProducerWatch(tasks: self.tasksEndpoint, done: self.doneEndpoint, start: .now))
        executor = context.executor
        self.notice = notice
    }

    /// How far it is.
    public var status: ProducerStatus {
        window.withLock { window in
            ProducerStatus(
                read: window.readCount, done: window.doneCount, failed: window.failedCount,
                resent: window.resentCount, workers: window.aliveWorkers(at: .now), isInterrupted: window.isStopped)
        }
    }

    // MARK: Input

    /// Takes as many tasks as there is room for in the window. They are handed out by the next ``handOut()``.
    ///
    /// - Returns: those for which there was none.
    public func offer(_ texts: ArraySlice<ArraySlice<UInt8>>) -> ArraySlice<ArraySlice<UInt8>> {
        window.withLock { window in
            var rest = texts
            while window.hasRoom, let text = rest.popFirst() { window.add(text) }
            return rest
        }
    }

    /// Waits until there may be room, or the producer was stopped, or the task was cancelled. For one task at a time.
    public nonisolated(nonsending) func roomChanged() async {
        await room.wait()
    }

    /// Sends to workers that ask what was taken in since the last time.
    public func handOut() throws {
        while let next = window.withLock({ $0.nextHandOut(at: .now) }) {
            guard try !send(next) else { continue }
            window.withLock { $0.takeBack(next) }
        }
    }

    /// Sends tasks to a worker; false when it is gone.
    private func send(_ handOut: TaskWindow.HandOut) throws -> Bool {
        do {
            // Without a high-water mark there is always room.
            return try tasks.trySend(Message([handOut.connection, handOut.batch.encoded]))
        } catch {
            guard error.code == .hostUnreachable else { throw error }
            return false
        }
    }

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

    /// Whether it was stopped.
    public var isStopped: Bool { window.withLock { $0.isStopped } }

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
                window.withLock { $0.hear(heard, from: connection, at: .now) }
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
                let heard = try CollectorMessage(said)
                let answers = window.withLock { $0.hear(heard, at: .now) }
                for answer in answers { send(answer, to: connection) }
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

    private func send(_ answer: ProducerMessage, to connection: Frame) {
        do throws(ZMQError) {
            _ = try done.trySend(Message([connection, answer.encoded]))
        } catch {
            notice(PipelineNotice("\(doneEndpoint): \(error)"))
        }
    }

    private func sendSignals() {
        let (hasRoom, isFinished) = window.withLock { ($0.hasRoom, $0.isFinished) }
        if hasRoom { room.send() }
        if isFinished { change.send() }
    }

    private func keepTime() async throws {
        while true {
            try await Task.sleep(for: Self.glance)
            let now = Instant.now
            let (workers, hasCollector, acknowledgement) = window.withLock { window in
                window.tick(at: now)
                return (window.aliveWorkers(at: now), window.hasCollector(at: now), window.acknowledgement())
            }
            if let acknowledgement, let connection = collectorConnection.withLock({ $0 }) {
                send(acknowledgement, to: connection)
            }
            try handOut()
            sendSignals()
            let news = watch.withLock { $0.news(workers: workers, hasCollector: hasCollector, at: now) }
            for line in news { notice(PipelineNotice(line)) }
        }
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
