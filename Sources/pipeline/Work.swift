import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import TaskPipeline

/// `pipeline work`: a worker in a process of its own.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask for tasks, do them, and send the results on.",
        discussion: """
            Waits for a producer and a collector that are not there yet, finds those that come back, and serves run after \
            run. Each --tasks goes with the --results in the same place. Ctrl-C: finishes what it has begun, gives the \
            rest back, and ends; a second one ends at once, and the commands with it.
            """
    )

    @Option(help: "A producer's endpoint for workers, repeatable.")
    var tasks: [EndpointArgument] = []

    @Option(help: "The endpoint of that producer's collector, repeatable.")
    var results: [EndpointArgument] = []

    @OptionGroup var job: JobOptions
    @OptionGroup var columns: ColumnOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        guard !tasks.isEmpty, !results.isEmpty else {
            throw ValidationError(
                "Missing where to work: --tasks tcp://PRODUCER:5557 --results tcp://COLLECTOR:5558")
        }
        guard tasks.count == results.count else {
            throw ValidationError(
                "\(tasks.count) --tasks and \(results.count) --results: each producer has one collector, so name as many of one as of the other"
            )
        }
        for endpoint in tasks { try endpoint.validate(for: "--tasks", toBind: false) }
        try job.validate(columns)
        for endpoint in results { try endpoint.validate(for: "--results", toBind: false) }
        try curve.validate(binds: false, connects: true)
    }

    func run() async throws {
        let openFiles = OpenFiles.limit
        OpenFiles.raiseLimit()
        await SuddenEnd.arm()
        let signals = await EndSignals(
            program: "pipeline work", loss: "ended at once; what was begun is not done")
        let security = try curve.read().connected()
        let context = try Context()
        let endpoints = zip(tasks, results).map { WorkerEndpoints(tasks: $0.text, results: $1.text) }
        let concurrency = job.concurrency ?? MachineName.cores
        let notice: NoticeHandler = { StandardStreams.printErrorLine("pipeline work: \($0)") }
        let counts: (done: UInt64, failed: UInt64)
        let job = try job.makeJob(columns, openFiles: openFiles, notice: notice)
        if common.plain {
            let worker = try PlainWorker(
                context, endpoints: endpoints, concurrency: concurrency, job: job, security: security,
                notice: notice)
            try await serve(signals, run: worker.run, stop: worker.stop)
            counts = worker.counts
        } else {
            let worker = try Worker(
                context, name: MachineName.withProcess, endpoints: endpoints, concurrency: concurrency,
                job: job, limits: self.job.limits, security: security, notice: notice)
            try await serve(signals, run: worker.run, stop: worker.stop)
            counts = worker.counts
        }
        // What was sent leaves before the program does.
        await context.shutdown()
        if !common.quiet {
            StandardStreams.printErrorLine(
                "pipeline work: \(ProgressText.count(counts.done, "task")) done, \(ProgressText.count(counts.failed, "attempt")) failed"
            )
        }
    }

    private func serve(
        _ signals: EndSignals, run: @escaping @Sendable () async throws -> Void, stop: @escaping @Sendable () -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                guard await signals.first() != nil else { return }
                StandardStreams.printErrorLine(
                    "pipeline work: ending; finishing what was begun, a second Ctrl-C does not wait")
                stop()
            }
            defer { group.cancelAll() }
            try await run()
        }
    }
}
