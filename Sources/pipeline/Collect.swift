import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import TaskPipeline
import UnixSignals

/// `pipeline collect`: writes every result once.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write every result once, and tell the producer what is done.",
        discussion: """
            Ends when the producer says that all is done. With --output it may be killed and started again at any time: a \
            journal beside the file, FILE.journal, makes it go on where it stopped, with no result lost or written twice. \
            A run whose parts have all ended is gone on with by --resume, here and at produce.
            """
    )

    @Option(help: "Endpoint to bind for workers.")
    var results = Pipeline.defaultResults

    @Option(help: "The producer's endpoint for the collector, tcp://HOST:5559.")
    var done: EndpointArgument?

    @OptionGroup var options: CollectorOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        try results.validate(for: "--results", toBind: true)
        try done?.validate(for: "--done", toBind: false)
        try common.refuse("--done", because: "nothing is reported back there", if: done != nil)
        try options.refuse(with: common)
        try curve.validate(binds: true, connects: !common.plain, sharesKeys: true)
        guard common.plain || done != nil else {
            throw ValidationError(
                "Missing expected argument '--done <done>': name the producer's endpoint, such as --done tcp://HOST:5559"
            )
        }
    }

    func run() async throws {
        OpenFiles.raiseLimit()
        let security = try curve.read(sharesKeys: true)
        let sink = try options.makeSink(input: nil, isPlain: common.plain, rejoins: true)
        let signals = await EndSignals(
            program: "pipeline collect", loss: "ended at once; what was received and not written is sent again")
        let context = try Context()
        // A line that refreshes itself and results on one terminal would be in each other's way.
        let progress = Progress(isQuiet: common.quiet || (options.path == nil && Terminal.standardOutput != nil))
        try security.startAuthenticator(context) { progress.say("pipeline collect: \($0)") }
        if common.plain {
            try await collectPlainly(context, security, sink, signals, progress)
        } else {
            try await collect(context, security, sink, signals, progress)
        }
    }

    private func collect(
        _ context: Context, _ security: CurveSettings, _ sink: any ResultSink, _ signals: EndSignals,
        _ progress: Progress
    ) async throws {
        let collector = try Collector(
            context, settings: options.settings(input: nil, sink: sink), results: results.text, done: done?.text ?? "",
            sink: sink,
            security: PipelineSecurity(bound: security.bound, connected: try security.connected())
        ) { progress.say("pipeline collect: \($0)") }
        announce(collector.resultsEndpoint, security, progress)
        let signal = try await untilSignal(signals, progress) {
            "\(ProgressText.count(collector.status.written, "result")), \(ProgressText.number(UInt64(collector.status.held))) held back"
        } stop: {
            collector.stop()
        } run: {
            try await collector.run()
        }
        await context.shutdown()
        let status = collector.status
        let isInterrupted = signal != nil
        if !common.quiet || isInterrupted || status.failed > 0 {
            progress.say("pipeline collect: \(summary(status, isInterrupted: isInterrupted))")
        }
        if isInterrupted || !status.isComplete && !status.isHalted {
            throw ExitCode(SignalStatus.interrupted(by: signal ?? .sigint))
        }
        if status.failed > 0 || status.isHalted { throw ExitCode(CommandLineProgram.failureStatus) }
    }

    private func collectPlainly(
        _ context: Context, _ security: CurveSettings, _ sink: any ResultSink, _ signals: EndSignals,
        _ progress: Progress
    ) async throws {
        let collector = try PlainCollector(
            context, results: results.text, format: options.format, sink: sink, security: security.bound)
        announce(collector.resultsEndpoint, security, progress)
        let signal = try await untilSignal(signals, progress) {
            ProgressText.count(collector.count, "result")
        } stop: {
            collector.stop()
        } run: {
            try await collector.run()
        }
        if !common.quiet {
            progress.say("pipeline collect: \(ProgressText.count(collector.count, "result")) written")
        }
        throw ExitCode(SignalStatus.interrupted(by: signal ?? .sigint))
    }

    private func announce(_ endpoint: String, _ security: CurveSettings, _ progress: Progress) {
        guard !common.quiet else { return }
        progress.say("results on \(endpoint)")
        security.warn(of: [results]) { progress.say("pipeline collect: \($0)") }
    }

    /// Runs a collector; the signal that ended it.
    private func untilSignal(
        _ signals: EndSignals, _ progress: Progress, line: @escaping @Sendable () -> String,
        stop: @escaping @Sendable () -> Void, run: @escaping @Sendable () async throws -> Void
    ) async throws -> UnixSignal? {
        try await withThrowingTaskGroup(of: UnixSignal?.self) { group in
            group.addTask {
                await progress.run { _ in line() }
                return nil
            }
            group.addTask {
                guard let signal = await signals.first() else { return nil }
                stop()
                return signal
            }
            do {
                defer { group.cancelAll() }
                try await run()
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
    }

    private func summary(_ status: CollectorStatus, isInterrupted: Bool) -> String {
        var text = "\(ProgressText.count(status.written, "result")) written"
        if status.failed > 0 { text += ", \(ProgressText.number(status.failed)) of failed tasks" }
        if status.dropped > 0 { text += ", \(ProgressText.number(status.dropped)) that came twice dropped" }
        if isInterrupted {
            text = "ended before the end: \(text); the producer waits for a collector"
        } else if status.isHalted {
            text = "too many tasks have failed: \(text)"
        } else if !status.isComplete {
            text = "the producer was ended before the end: \(text)"
        }
        return text
    }
}
