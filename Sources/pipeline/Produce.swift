import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import TaskPipeline

/// `pipeline produce`: hands out tasks.
struct Produce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hand out the lines of a file as tasks, until every one is done.",
        discussion: """
            Binds for workers and for the collector, and prints where on standard error. Ctrl-C: hands out nothing more, \
            waits for what workers have, and says what was done; a second one does not wait.
            """
    )

    @Argument(help: "The file of tasks, one a line. (default: standard input)")
    var file: ByteArgument?

    @Option(help: "Endpoint to bind for workers.")
    var tasks = Pipeline.defaultTasks

    @Option(help: "Endpoint to bind for the collector. (default: \(Pipeline.defaultDone))")
    var done: EndpointArgument?

    @Flag(help: "Go on with the run that collect --resume --output FILE has; the input must be the same.")
    var resume = false

    @OptionGroup var options: ProducerOptions
    @OptionGroup var inputOptions: InputOptions
    @OptionGroup var columns: ColumnOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        try tasks.validate(for: "--tasks", toBind: true)
        try done?.validate(for: "--done", toBind: true)
        try common.refuse("--done", because: "nothing is reported back there", if: done != nil)
        try options.refuse(with: common)
        try common.refuse("--resume", because: "nothing there tells what is done", if: resume)
        try inputOptions.validate(columns)
        try curve.validate(binds: true, connects: false)
    }

    func run() async throws {
        let input = try TaskInput(path: file?.path, options: inputOptions)
        OpenFiles.raiseLimit()
        let signals = await EndSignals(
            program: "pipeline produce", loss: "ended at once; what was under way is not done")
        let security = try curve.read()
        let context = try Context()
        let progress = Progress(isQuiet: common.quiet)
        let done = done ?? Pipeline.defaultDone
        // The collector has the same keys.
        try security.startAuthenticator(context, admitsOwnKey: true) { progress.say("pipeline produce: \($0)") }
        if common.plain {
            let producer = try PlainProducer(context, tasks: tasks.text, security: security.bound)
            if !common.quiet {
                progress.say("tasks on \(producer.tasksEndpoint)")
                security.warn(of: [tasks]) { progress.say("pipeline produce: \($0)") }
            }
            let feed = PlainFeed(input: input, producer: producer, context: context)
            try await feed.run(signals: signals, progress: progress, isQuiet: common.quiet)
            return
        }
        let producer = try Producer(
            context, settings: try options.settings, tasks: tasks.text, done: done.text,
            resumes: resume, security: security.bound
        ) { progress.say("pipeline produce: \($0)") }
        if !common.quiet {
            progress.say("tasks on \(producer.tasksEndpoint)")
            progress.say("done on \(producer.doneEndpoint)")
            security.warn(of: [tasks, done]) { progress.say("pipeline produce: \($0)") }
        }
        let production = Production(
            program: "pipeline produce", context, producer: producer, input: input, progress: progress,
            isQuiet: common.quiet, endsWhatIsBegun: options.haltNow)
        try await production.run(signals: signals)
        await context.shutdown()
        try production.end()
    }
}
