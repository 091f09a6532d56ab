public import SwiftZMQ
import SystemSupport

/// A worker: asks for tasks, does them, and sends the results to the collector.
public final class Worker: Sendable {
    private let name: String
    private let links: [WorkerLink]
    private let pool: JobPool
    private let end = AsyncSignal()
    /// One thread at a time delivers and asks, so that asks leave in the order in which they were made.
    private let delivery = Locked(())
    /// Given when something cannot be delivered.
    private let failed = AsyncSignal()
    private let failure = Locked<(any Error)?>(nil)
    private let isEnding = Locked(false)
    private let doneCounter = Locked((done: 0 as UInt64, failed: 0 as UInt64))
    private let notice: NoticeHandler
    private let executor: SocketExecutor

    private static let heartbeat = Duration.milliseconds(250)
    private static let glance = Duration.milliseconds(50)

    /// Connects. Whoever is not there yet is waited for.
    ///
    /// - Parameters:
    ///   - name: what the records of its results call it.
    ///   - endpoints: the pipelines that it serves.
    ///   - concurrency: how many tasks it does at once.
    ///   - notice: told about failures.
    public init(
        _ context: Context, name: String, endpoints: [WorkerEndpoints], concurrency: Int, job: any Job,
        notice: @escaping NoticeHandler = { _ in }
    ) throws {
        self.name = name
        self.notice = notice
        executor = context.executor
        links = try endpoints.map { try WorkerLink(context, $0) }
        pool = JobPool(worker: name, producers: endpoints.count, concurrency: concurrency, job: job)
    }

    /// How many tasks it has done, and how many attempts failed.
    public var counts: (done: UInt64, failed: UInt64) { doneCounter.withLock { $0 } }

    /// Works until ``stop()``, and then finishes what it has begun.
    public func run() async throws {
        defer {
            for link in links { link.close() }
            pool.end()
        }
        try pool.start { [self] in deliver() }
        try await withTaskExecutorPreference(executor) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in links.indices { group.addTask { [self] in try await receive(index) } }
                group.addTask { [self] in try await awaitFailure() }
                group.addTask { [self] in try await beat() }
                group.addTask { [self] in try await leave() }
                defer { group.cancelAll() }
                // Only the last of them ends by itself; a failure of any ends all.
                try await group.next()
            }
        }
    }

    /// Asks for no more, and lets ``run()`` return when what has begun is done.
    public func stop() {
        isEnding.withLock { $0 = true }
        end.send()
    }

    private func receive(_ index: Int) async throws {
        let link = links[index]
        let first = pool.withAssigned(index) { $0.heartbeat() }
        // Waits until the producer is there.
        try await link.tasks.send(WorkerMessage(run: .none, worker: link.session, body: .ask(first)).encoded)
        for try await message in link.tasks.messages {
            let batch: TaskBatch
            do throws(WireError) {
                batch = try TaskBatch(message)
            } catch {
                notice(PipelineNotice("a message that came as tasks is ignored: \(error)"))
                continue
            }
            let isEnding = isEnding.withLock { $0 }
            pool.withAssigned(index) { $0.receive(batch, at: .now) }
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
        try delivery.withLock { _ in
            for (index, unreported) in pool.takeUnreported().enumerated() {
                try send(unreported, of: index)
                try tellAsk(index)
            }
        }
    }

    private func send(_ unreported: UnreportedResults, of index: Int) throws {
        for complaint in unreported.complaints { notice(PipelineNotice("task \(complaint.number): \(complaint.text)")) }
        if let results = unreported.results { _ = try links[index].results.trySend(results.message) }
        if !unreported.failures.isEmpty { try links[index].tell(.failed(unreported.failures), of: unreported.run) }
        doneCounter.withLock { counter in
            counter.done += UInt64(unreported.results?.count ?? 0)
            counter.failed += unreported.failedCount
        }
    }

    /// Asks for more if that is worth a message.
    private func ask(_ index: Int, always: Bool = false) throws {
        try delivery.withLock { _ in try tellAsk(index, always: always) }
    }

    private func tellAsk(_ index: Int, always: Bool = false) throws {
        let (ask, run) = pool.withAssigned(index) { assigned in
            (always ? assigned.heartbeat() : assigned.ask(), assigned.run)
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
            let isDue = now >= nextHeartbeat
            if isDue { nextHeartbeat = now + Self.heartbeat }
            for index in links.indices {
                let (returned, run) = pool.withAssigned(index) { ($0.tasksToReturn(at: now), $0.run) }
                if let returned { try links[index].tell(.returned(returned), of: run) }
                if isDue || returned != nil { try ask(index, always: true) }
            }
        }
    }

    private func giveBack(_ index: Int) throws {
        let (returned, run) = pool.withAssigned(index) { ($0.leave(), $0.run) }
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
        for index in links.indices {
            try links[index].tell(.leaving, of: pool.withAssigned(index) { $0.run })
        }
    }
}
