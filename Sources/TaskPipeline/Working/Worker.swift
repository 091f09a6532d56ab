import CommandExecution
public import SwiftZMQ
import SystemSupport

/// A worker: asks for tasks, does them, and sends the results to the collector.
public final class Worker: Sendable {
    private let name: String
    private let links: [WorkerLink]
    private let pool: JobPool
    private let end = AsyncSignal()
    /// One thread at a time delivers and asks, so that asks leave in the order in which they were made.
    private let delivery: Locked<[ResultBacklog]>
    /// Given when something cannot be delivered.
    private let failed = AsyncSignal()
    private let failure = Locked<(any Error)?>(nil)
    private let isEnding = Locked(false)
    private let doneCounter = Locked((done: 0 as UInt64, failed: 0 as UInt64))
    private let notice: NoticeHandler
    private let executor: SocketExecutor

    private static let heartbeat = Duration.milliseconds(250)
    private static let glance = Duration.milliseconds(50)
    /// How long a worker that ends waits for somebody to take its results.
    private static let patience = Duration.seconds(3)

    /// Connects. Whoever is not there yet is waited for.
    ///
    /// - Parameters:
    ///   - name: what the records of its results call it.
    ///   - endpoints: the pipelines that it serves.
    ///   - concurrency: how many tasks it does at once.
    ///   - limits: above which load, and below which memory, it begins no more.
    ///   - security: what its connections are secured by; nil, the default, for by nothing.
    ///   - notice: told about failures.
    public init(
        _ context: Context, name: String, endpoints: [WorkerEndpoints], concurrency: Int, job: any Job,
        limits: MachineLimits = MachineLimits(), security: SocketSecurity? = nil,
        notice: @escaping NoticeHandler = { _ in }
    ) throws {
        self.name = name
        self.notice = notice
        executor = context.executor
        links = try endpoints.map { try WorkerLink(context, $0, security: security) }
        delivery = Locked(endpoints.map { _ in ResultBacklog() })
        pool = JobPool(
            worker: name, producers: endpoints.count, concurrency: concurrency, job: job, limits: limits)
    }

    /// How many tasks it has done, and how many attempts failed.
    public var counts: (done: UInt64, failed: UInt64) { doneCounter.withLock { $0 } }

    /// Works until ``stop()``, and then finishes what it has begun.
    public func run() async throws {
        defer {
            for link in links { link.close() }
            pool.end()
        }
        if let shortage = try pool.start(deliver: { [self] in deliver() }) { notice(PipelineNotice(shortage)) }
        try await withTaskExecutorPreference(executor) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in links.indices {
                    let link = links[index]
                    group.addTask { try await link.keepResultsConnected() }
                    group.addTask { try await link.keepTasksConnected() }
                    group.addTask { [self] in try await receive(index) }
                }
                group.addTask { [self] in try await awaitFailure() }
                group.addTask { [self] in try await beat() }
                group.addTask { [self] in
                    try await leave()
                    throw Left()
                }
                defer { group.cancelAll() }
                do {
                    while try await group.next() != nil {}
                } catch is Left {}
            }
        }
    }

    /// Says that a worker has left, which ends all that it does.
    private struct Left: Error {}

    /// Asks for no more, and lets ``run()`` return when what has begun is done.
    public func stop() {
        isEnding.withLock { $0 = true }
        end.send()
    }

    private func receive(_ index: Int) async throws {
        let link = links[index]
        let first = pool.withAssigned(index) { $0.heartbeat(allowed: $1) }
        // Waits until the producer is there.
        try await link.tasks.send(WorkerMessage(run: .none, worker: link.session, body: .ask(first)).encoded)
        for try await message in link.tasks.messages {
            let batch: TaskBatch
            var halted: (returned: NumberSet, run: RunID)?
            reading: do throws(WireError) {
                guard let tasks = try TaskBatch.orHalt(message) else {
                    let (returned, run) = pool.withAssigned(index) { assigned, _ in (assigned.drop(), assigned.run) }
                    halted = (returned, run)
                    batch = TaskBatch(run: run, tasks: TaskList())
                    RunningCommands.end(run.commandTag)
                    break reading
                }
                batch = tasks
            } catch {
                notice(PipelineNotice("a message that came as tasks is ignored: \(error)"))
                continue
            }
            if let halted, !halted.returned.isEmpty { try link.tell(.returned(halted.returned), of: halted.run) }
            // One without tasks only finds out whether the connection is there.
            guard !batch.tasks.isEmpty else { continue }
            let isEnding = isEnding.withLock { $0 }
            pool.withAssigned(index) { assigned, _ in assigned.receive(batch, at: .now) }
            if isEnding { try giveBack(index) } else { try ask(index) }
        }
    }

    /// Sends on what the threads have done; on one of them.
    private func deliver() {
        do {
            try sendUnreported()
        } catch {
            failure.withLock { $0 = $0 ?? error }
            failed.send()
        }
        if isEnding.withLock({ $0 }) { end.send() }
    }

    private func awaitFailure() async throws {
        while !Task.isCancelled {
            if let failure = failure.withLock({ $0 }) { throw failure }
            await failed.wait()
        }
    }

    private func sendUnreported() throws {
        try delivery.withLock { backlogs in
            for (index, unreported) in pool.takeUnreported().enumerated() {
                try send(unreported, of: index, &backlogs[index])
                try tellAsk(index)
            }
        }
    }

    private func send(_ unreported: UnreportedResults, of index: Int, _ backlog: inout ResultBacklog) throws {
        for complaint in unreported.complaints { notice(PipelineNotice(complaint)) }
        let results = unreported.results
        if !results.isEmpty {
            let frame = results.message(of: unreported.run, from: name)
            if try !backlog.isEmpty || !links[index].results.trySend(frame) {
                backlog.append(
                    frame, of: unreported.run, numbers: results.numbers, size: results.size, at: .now)
                noteBacklog(backlog, of: index)
            }
        }
        if !unreported.failures.isEmpty { try links[index].tell(.failed(unreported.failures), of: unreported.run) }
        if !unreported.returned.isEmpty { try links[index].tell(.returned(unreported.returned), of: unreported.run) }
        doneCounter.withLock { counter in
            counter.done += unreported.counts.done
            counter.failed += unreported.counts.failed
        }
    }

    private func noteBacklog(_ backlog: ResultBacklog, of index: Int) {
        pool.withAssigned(index) { assigned, _ in
            assigned.noteUndelivered(backlog.numbers(of: assigned.run), isCongested: backlog.isCongested)
        }
    }

    /// Sends what had nowhere to go before.
    private func flush() throws {
        try delivery.withLock { backlogs in
            for index in links.indices where !backlogs[index].isEmpty {
                let isLess = try backlogs[index].flush { try links[index].results.trySend($0) }
                if isLess { noteBacklog(backlogs[index], of: index) }
            }
        }
    }

    private var hasUndelivered: Bool { delivery.withLock { backlogs in backlogs.contains { !$0.isEmpty } } }

    /// Asks for more if that is worth a message.
    private func ask(_ index: Int, always: Bool = false) throws {
        try delivery.withLock { _ in try tellAsk(index, always: always) }
    }

    private func tellAsk(_ index: Int, always: Bool = false) throws {
        let (ask, run) = pool.withAssigned(index) { assigned, allowed in
            (always ? assigned.heartbeat(allowed: allowed) : assigned.ask(allowed: allowed), assigned.run)
        }
        if let ask { try links[index].tell(.ask(ask), of: run) }
    }

    /// Says now and then that it lives, and gives back what waits for too long.
    private func beat() async throws {
        var nextHeartbeat = Moment.now + Self.heartbeat
        while true {
            try await Task.sleep(for: Self.glance)
            let now = Moment.now
            if isEnding.withLock({ $0 }) { end.send() }
            // What was done just before a task that takes long.
            try sendUnreported()
            try flush()
            pool.lookAtMachine(at: now)
            let isDue = now >= nextHeartbeat
            if isDue { nextHeartbeat = now + Self.heartbeat }
            for index in links.indices {
                let (returned, run) = pool.withAssigned(index) { assigned, _ in
                    (assigned.tasksToReturn(at: now), assigned.run)
                }
                if let returned { try links[index].tell(.returned(returned), of: run) }
                if isDue || returned != nil { try ask(index, always: true) }
                if isDue { sayWhatIsMissing(index, at: now) }
            }
        }
    }

    private func sayWhatIsMissing(_ index: Int, at now: Moment) {
        let link = links[index]
        let waiting = delivery.withLock { $0[index].since }
        let (tasks, results, refusals, back) = link.reachability.withLock { reachability in
            (
                reachability.tasks.dueNotice(at: now), reachability.results.dueNotice(at: now),
                (reachability.tasks.refusal, reachability.results.refusal),
                [
                    reachability.tasks.hasComeBack() ? link.endpoints.tasks : nil,
                    reachability.results.hasComeBack() ? link.endpoints.results : nil,
                ].compactMap(\.self)
            )
        }
        for endpoint in back { notice(PipelineNotice("\(endpoint): connected")) }
        for (since, endpoint, role, refusal) in [
            (tasks, link.endpoints.tasks, "producer", refusals.0),
            (results, link.endpoints.results, "collector", refusals.1),
        ] {
            guard let since else { continue }
            let held = role == "collector" && waiting != nil ? "; results wait here until there is one" : ""
            // Looking a name up may take its time.
            try? DetachedThread.start(name: "reachability") { [notice] in
                notice(
                    PipelineNotice(
                        "\(endpoint): no \(role) reached for \(since.components.seconds) s: "
                            + "\(refusal ?? Reachability.reason(endpoint)); still trying\(held)"))
            }
        }
    }

    private func giveBack(_ index: Int) throws {
        let (returned, run) = pool.withAssigned(index) { assigned, _ in (assigned.leave(), assigned.run) }
        if !returned.isEmpty { try links[index].tell(.returned(returned), of: run) }
    }

    private func leave() async throws {
        while !isEnding.withLock({ $0 }) {
            await end.wait()
            try Task.checkCancellation()
        }
        for index in links.indices {
            try giveBack(index)
            try ask(index, always: true)
        }
        // What was on its way meanwhile is given back, too, as it comes; a moment is enough for that.
        let arrivals = Moment.now + .milliseconds(200)
        while pool.isBusy || Moment.now < arrivals {
            await end.wait()
            try Task.checkCancellation()
        }
        try sendUnreported()
        let deadline = Moment.now + Self.patience
        while hasUndelivered, Moment.now < deadline {
            await end.wait()
            try Task.checkCancellation()
        }
        if hasUndelivered {
            notice(PipelineNotice("no collector takes the last results; their tasks are done again by others"))
        }
        for index in links.indices {
            try links[index].tell(.leaving, of: pool.withAssigned(index) { assigned, _ in assigned.run })
        }
    }
}
