import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import TaskPipeline

/// `pipeline run --plain`: the classic chain in one process, which alone can tell when it is over: as many results have
/// come as tasks were sent.
struct PlainChain {
    private let context: Context
    private let feed: PlainFeed
    private let worker: PlainWorker
    private let collector: PlainCollector
    private let isQuiet: Bool

    init(_ run: Run, _ context: Context, input: TaskInput, sink: any ResultSink, notice: @escaping NoticeHandler) throws
    {
        self.context = context
        isQuiet = run.common.quiet
        let producer = try PlainProducer(context, tasks: run.tasks?.text ?? "inproc://tasks")
        collector = try PlainCollector(
            context, results: run.results?.text ?? "inproc://results", format: run.collectorOptions.format, sink: sink)
        let endpoints = WorkerEndpoints(
            tasks: Run.connectable(producer.tasksEndpoint), results: Run.connectable(collector.resultsEndpoint))
        worker = try PlainWorker(
            context, endpoints: [endpoints], concurrency: run.workerCount * (run.job.concurrency ?? 1),
            job: run.job.makeJob(), notice: notice)
        feed = PlainFeed(input: input, producer: producer, context: context)
    }

    func run(signals: EndSignals, progress: Progress) async throws {
        let (feed, worker, collector) = (feed, worker, collector)
        var isInterrupted = false
        var failure: TaskInput.Failure?
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask {
                await progress.run { _ in
                    "\(ProgressText.count(collector.count, "result")), \(ProgressText.count(feed.sent, "task")) sent"
                }
            }
            defer { group.cancelAll() }
            (isInterrupted, failure) = try await withThrowingTaskGroup(of: (Bool, TaskInput.Failure?).self) { ends in
                ends.addTask {
                    try await collector.run()
                    return (false, nil)
                }
                ends.addTask {
                    let failure = try await feed.send()
                    collector.expect(feed.sent)
                    return (false, failure)
                }
                ends.addTask {
                    guard await signals.first() != nil else { return (false, nil) }
                    collector.stop()
                    return (true, nil)
                }
                var isInterrupted = false
                var failure: TaskInput.Failure?
                // The input's end and the collector's, or the signal's and the collector's.
                for _ in 0..<2 {
                    guard let ended = try await ends.next() else { break }
                    isInterrupted = isInterrupted || ended.0
                    failure = failure ?? ended.1
                }
                ends.cancelAll()
                return (isInterrupted, failure)
            }
            worker.stop()
        }
        progress.clear()
        if let failure { progress.say("pipeline run: \(failure)") }
        if !isQuiet || isInterrupted || worker.counts.failed > 0 {
            progress.say(
                "pipeline run: \(ProgressText.count(feed.sent, "task")) sent, \(ProgressText.count(collector.count, "result")) written"
            )
        }
        if isInterrupted { throw ExitCode(Pipeline.interruptedStatus) }
        if failure != nil || worker.counts.failed > 0 { throw ExitCode(CommandLineProgram.failureStatus) }
    }
}
