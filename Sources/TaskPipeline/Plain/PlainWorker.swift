public import SwiftZMQ
import SystemSupport

/// The worker of the classic chain: pulls a task, does it, and pushes the output on, with nothing around it.
public final class PlainWorker: Sendable {
    private struct State {
        var isEnding = false
        var threads: Int
        var done: UInt64 = 0
        var failed: UInt64 = 0
        var failure: (any Error)?
    }

    private let links: [(pull: Pull, push: Push)]
    private let job: any Job
    private let state: Locked<State>
    private let ended = AsyncSignal()
    private let notice: NoticeHandler

    private static let glance = Duration.milliseconds(100)

    /// Connects.
    public init(
        _ context: Context, endpoints: [WorkerEndpoints], concurrency: Int, job: any Job,
        notice: @escaping NoticeHandler = { _ in }
    ) throws {
        links = try endpoints.map { endpoints in
            let pull = try Pull(context) { $0.usesIPv6 = endpoints.tasks.contains("[") }
            let push = try Push(context) { $0.usesIPv6 = endpoints.results.contains("[") }
            try push.connect(endpoints.results)
            try pull.connect(endpoints.tasks)
            return (pull, push)
        }
        self.job = job
        self.notice = notice
        state = Locked(State(threads: concurrency * endpoints.count))
    }

    /// How many tasks it has done, and how many of them failed.
    public var counts: (done: UInt64, failed: UInt64) { state.withLock { ($0.done, $0.failed) } }

    /// Works on threads of its own until ``stop()``.
    public func run() async throws {
        let threads = state.withLock { $0.threads }
        for index in 0..<threads {
            try DetachedThread.start(name: "job") { [self] in
                let failure: (any Error)?
                do {
                    try work(links[index % links.count])
                    failure = nil
                } catch {
                    failure = error
                }
                state.withLock { state in
                    state.threads -= 1
                    if let failure {
                        state.failure = failure
                        state.isEnding = true
                    }
                }
                ended.send()
            }
        }
        while state.withLock({ $0.threads > 0 }) { await ended.wait() }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Takes no more tasks, and lets ``run()`` return when what has begun is done.
    public func stop() {
        state.withLock { $0.isEnding = true }
    }

    private func work(_ link: (pull: Pull, push: Push)) throws {
        while !state.withLock({ $0.isEnding }) {
            guard let message = try receive(link.pull) else { continue }
            let outcome = job.run([UInt8](message.first ?? Frame())[...])
            if let complaint = outcome.complaint { notice(PipelineNotice(complaint)) }
            state.withLock { state in
                state.done += 1
                if outcome.status != 0 { state.failed += 1 }
            }
            try send(Frame(outcome.output), to: link.push)
        }
    }

    private func receive(_ pull: Pull) throws(ZMQError) -> Message? {
        do {
            return try pull.blocking.receive(timeout: Self.glance)
        } catch  where error.code == .timedOut {
            return nil
        }
    }

    private func send(_ result: Frame, to push: Push) throws(ZMQError) {
        // With a second wish to end the process ends, so that this one need not be looked at.
        try push.blocking.send(result)
    }
}
