import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import TaskPipeline
import UnixSignals

/// `pipeline run --plain`: the classic chain in one process, which alone can tell when it is over: as many results have
/// come as tasks were sent.
struct PlainChain {
    private let context: Context
    private let feed: PlainFeed
    private let worker: PlainWorker
    private let collector: PlainCollector
    private let isQuiet: Bool

    init(
        _ run: Run, _ context: Context, input: TaskInput, sink: any ResultSink, job: any Job,
        security: CurveSettings, notice: @escaping NoticeHandler
    ) throws {
        self.context = context
        isQuiet = run.common.quiet
        let producer = try PlainProducer(context, tasks: run.tasks?.text ?? "inproc://tasks", security: security.bound)
        collector = try PlainCollector(
            context, results: run.results?.text ?? "inproc://results", format: run.collectorOptions.format,
            label: run.job.job == .echo ? .line : .none, sink: sink, security: security.bound)
        let endpoints = WorkerEndpoints(
            tasks: try producer.localTasksEndpoint(), results: try collector.localResultsEndpoint())
        worker = try PlainWorker(
            context, endpoints: [endpoints], concurrency: run.workerCount * (run.job.concurrency ?? 1), job: job,
            notice: notice)
        feed = PlainFeed(input: input, producer: producer, context: context)
    }

    private enum Event: Sendable {
        case sent(TaskInput.Failure?)
        case workerEnded
        case collected
        case signal(UnixSignal)
        case nothing
    }

    func run(signals: EndSignals, progress: Progress) async throws {
        let (feed, worker, collector) = (feed, worker, collector)
        var signal: UnixSignal?
        var failure: TaskInput.Failure?
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                try await worker.run()
                return .workerEnded
            }
            group.addTask {
                await progress.run { _ in
                    "\(ProgressText.count(collector.count, "result")), \(ProgressText.count(feed.sent, "task")) sent"
                }
                return .nothing
            }
            group.addTask {
                try await collector.run()
                return .collected
            }
            group.addTask { .sent(try await feed.send()) }
            group.addTask { await signals.first().map { .signal($0) } ?? .nothing }
            // Whatever fails, such as the output, ends all of them, and nobody is waited for.
            defer { group.cancelAll() }
            loop: while let event = try await group.next() {
                switch event {
                case .sent(let unread):
                    failure = unread
                    if signal == nil { collector.expect(feed.sent) }
                case .signal(let received):
                    signal = received
                    feed.stop()
                    worker.stop()
                case .workerEnded: collector.expect(worker.counts.done)
                case .collected: break loop
                case .nothing: break
                }
            }
        }
        progress.clear()
        if let failure { progress.say("pipeline run: \(failure)") }
        if !isQuiet || signal != nil || worker.counts.failed > 0 {
            var text =
                "\(ProgressText.count(feed.sent, "task")) sent, \(ProgressText.count(collector.count, "result")) written"
            if worker.counts.failed > 0 { text += ", \(ProgressText.number(worker.counts.failed)) of them failed" }
            progress.say("pipeline run: \(text)")
        }
        if let signal { throw ExitCode(SignalStatus.interrupted(by: signal)) }
        if failure != nil || worker.counts.failed > 0 { throw ExitCode(CommandLineProgram.failureStatus) }
    }
}
