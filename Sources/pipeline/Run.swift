import ArgumentParser
import CommandExecution
import CommandLineSupport
import SwiftZMQ
import TaskPipeline

/// `pipeline run`: all parts in one process.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Do all tasks on this machine: producer, workers and collector in one.",
        discussion: """
            Its endpoints are private, unless given: with --tasks and --results, workers of other machines can help. \
            Ctrl-C: begins nothing more, finishes what was begun, and says what was done; a second one does not wait. \
            With --output, --resume goes on with a run that was ended in whatever way.
            """
    )

    @Argument(help: "The file of tasks, one a line. (default: standard input)")
    var file: ByteArgument?

    @Option(help: "Workers. (default: the cores of this machine)")
    var workers: Int?

    @Option(help: "Endpoint to bind for more workers. (default: private)")
    var tasks: EndpointArgument?

    @Option(help: "Endpoint to bind for the results of more workers. (default: private)")
    var results: EndpointArgument?

    @Option(help: "Endpoint to bind for the collector. (default: private)")
    var done: EndpointArgument?

    @OptionGroup var job: JobOptions
    @OptionGroup var inputOptions: InputOptions
    @OptionGroup var columns: ColumnOptions
    @OptionGroup var producerOptions: ProducerOptions
    @OptionGroup var collectorOptions: CollectorOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        try Check.range(workers, 1...1024, "--workers")
        try tasks?.validate(for: "--tasks", toBind: true)
        try results?.validate(for: "--results", toBind: true)
        try done?.validate(for: "--done", toBind: true)
        try common.refuse("--done", because: "nothing is reported back there", if: done != nil)
        try producerOptions.refuse(with: common)
        try collectorOptions.refuse(with: common)
        try inputOptions.validate(columns)
        try job.validate(columns)
        try curve.validate(binds: !bound.isEmpty, connects: false)
        guard (tasks == nil) == (results == nil) else {
            throw ValidationError(
                "\(tasks == nil ? "--results" : "--tasks") alone is of no use to workers elsewhere: give both --tasks and --results, or neither"
            )
        }
    }

    func run() async throws {
        do {
            try await runAllParts()
        } catch let error as ZMQError where error.code == .tooManySockets {
            throw TaskInput.Failure(
                description:
                    "--workers \(workerCount): they need more open files than the \(OpenFiles.limit ?? 0) that this "
                    + "process may have; raise that (ulimit -Hn), or take fewer workers with more --concurrency each")
        }
    }

    private func runAllParts() async throws {
        let security = try curve.read()
        let input = try TaskInput(path: file?.path, options: inputOptions)
        let openFiles = OpenFiles.limit
        OpenFiles.raiseLimit()
        let sink = try collectorOptions.makeSink(input: input.identity, isPlain: common.plain)
        let collecting = try collectorOptions.settings(input: input.identity, sink: sink)
        await SuddenEnd.arm()
        let signals = await EndSignals(
            program: "pipeline run", loss: "ended at once; what was under way is not done")
        // Each worker has two sockets.
        let context = try Context(maxSockets: max(1023, workerCount * 4 + 64))
        // A line that refreshes itself and results on one terminal would be in each other's way.
        let sharesTerminal = collectorOptions.path == nil && Terminal.standardOutput != nil
        let progress = Progress(isQuiet: common.quiet || sharesTerminal)
        let notice: NoticeHandler = { progress.say("pipeline run: \($0)") }
        let job = try job.makeJob(
            columns, openFiles: openFiles, keepsErrors: collectorOptions.resultsFolder != nil || tasks != nil,
            errorLines: ErrorLines { progress.pass($0) }, notice: notice)
        try security.startAuthenticator(context) { progress.say("pipeline run: \($0)") }
        if common.plain {
            let chain = try PlainChain(
                self, context, input: input, sink: sink, job: job, security: security, notice: notice)
            if !common.quiet { security.warn(of: bound) { progress.say("pipeline run: \($0)") } }
            return try await chain.run(signals: signals, progress: progress)
        }
        let producer = try Producer(
            context, settings: try producerOptions.settings, tasks: tasks?.text ?? "inproc://tasks",
            done: done?.text ?? "inproc://done", resumes: collectorOptions.resume, security: security.bound,
            notice: notice)
        let collector = try Collector(
            context, settings: collecting, results: results?.text ?? "inproc://results",
            done: try producer.localDoneEndpoint(), sink: sink, security: PipelineSecurity(bound: security.bound),
            notice: notice)
        let endpoints = WorkerEndpoints(
            tasks: try producer.localTasksEndpoint(), results: collector.localResultsEndpoint)
        if tasks != nil, !common.quiet {
            progress.say("tasks on \(producer.tasksEndpoint)")
            progress.say("results on \(collector.resultsEndpoint)")
        }
        if done != nil, !common.quiet { progress.say("done on \(producer.doneEndpoint)") }
        if !common.quiet { security.warn(of: bound) { progress.say("pipeline run: \($0)") } }
        let limits = try self.job.limits
        let workers = try (1...workerCount).map { number in
            try Worker(
                context, name: "\(MachineName.withProcess)-\(number)", endpoints: [endpoints],
                concurrency: self.job.concurrency ?? 1, job: job, limits: limits, notice: notice)
        }
        let production = Production(
            program: "pipeline run", context, producer: producer, input: input, progress: progress,
            isQuiet: common.quiet, endsWhatIsBegun: producerOptions.haltNow)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { try await worker.run() } }
            defer { group.cancelAll() }
            try await withThrowingTaskGroup(of: Void.self) { ends in
                ends.addTask { try await collector.run() }
                ends.addTask { try await production.run(signals: signals) }
                defer { ends.cancelAll() }
                while try await ends.next() != nil {}
            }
        }
        progress.clear()
        await context.shutdown()
        try production.end()
    }

    private var bound: [EndpointArgument] { [tasks, results, done].compactMap(\.self) }

    var workerCount: Int { workers ?? MachineName.cores }
}
