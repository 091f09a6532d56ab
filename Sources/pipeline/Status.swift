import ArgumentParser
import CommandLineSupport
import SwiftZMQ
import SystemSupport
import TaskPipeline
import TextFormats

/// `pipeline status`: shows how far a run is.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how far a run is: progress, workers, slowest tasks, failures.",
        discussion: "Asks at the endpoint that produce, or run with --done, has bound for the collector."
    )

    @Option(help: "The producer's endpoint for the collector, tcp://HOST:5559.")
    var done: EndpointArgument

    @Flag(help: "Show it again every second, until Ctrl-C.")
    var watch = false

    @Option(help: "text, or json: one object.")
    var format = ResultFormat.text

    @Option(
        help: ArgumentHelp("How long to wait for an answer. (default: 5s)", valueName: "duration"),
        transform: DurationOption.parse)
    var timeout: DurationArgument?

    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        try done.validate(for: "--done", toBind: false)
        try curve.validate(binds: false, connects: true)
    }

    func run() async throws {
        let signals = await EndSignals(program: "pipeline status", forcedStatus: 0)
        let security = try curve.read().connected()
        let context = try Context()
        let socket = try Dealer(context) {
            if let security { $0.security = security }
            $0.linger = .zero
            $0.usesIPv6 = done.isIPv6
        }
        let refusal = Locked<String?>(nil)
        let events = socket.events
        try socket.connect(done.text)
        let watching = Task {
            _ = await signals.first()
            socket.close()
        }
        // Until the socket is closed.
        Task {
            for await case .handshakeFailed(let failure) in events.map(\.kind) {
                refusal.withLock { $0 = Refusal.reason(failure) }
                if failure.isFinal { socket.close() }
            }
        }
        defer { watching.cancel() }
        repeat {
            guard let status = try await ask(socket) else {
                if let reason = refusal.withLock({ $0 }) { throw NoAnswer(description: "\(done): \(reason)") }
                guard !socket.isClosed else { break }
                throw NoAnswer(
                    description: "\(done): no producer answers; name the --done of produce or run, while it runs")
            }
            show(status)
            if watch { try? await Task.sleep(for: .seconds(1)) }
        } while watch && !socket.isClosed
    }

    /// The answer; nil when none came in time, or the socket was closed meanwhile.
    private func ask(_ socket: Dealer) async throws -> RunStatus? {
        do {
            try await socket.send(StatusMessage.request)
            return try StatusMessage.status(await socket.receive(timeout: timeout?.duration ?? .seconds(5)))
        } catch let error as ZMQError where error.code == .timedOut || socket.isClosed {
            return nil
        }
    }

    private struct NoAnswer: Error, CustomStringConvertible {
        let description: String
    }

    private func show(_ status: RunStatus) {
        let text = format == .json ? StatusText.json(status) : StatusText.table(status)
        // A table that refreshes itself begins at the top of an empty screen.
        let isTable = watch && format == .text && Terminal.standardOutput != nil
        StandardStreams.printLine((isTable ? "\u{1B}[H\u{1B}[2J" : "") + text)
    }
}
