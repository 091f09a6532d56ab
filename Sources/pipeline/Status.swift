import ArgumentParser
import CommandLineSupport
import SwiftZMQ
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

    func validate() throws {
        try done.validate(for: "--done", toBind: false)
    }

    func run() async throws {
        let signals = await EndSignals(program: "pipeline status", forcedStatus: 0)
        let context = try Context()
        let socket = try Dealer(context) {
            $0.linger = .zero
            $0.usesIPv6 = done.isIPv6
        }
        try socket.connect(done.text)
        let watching = Task {
            _ = await signals.first()
            socket.close()
        }
        defer { watching.cancel() }
        repeat {
            guard let status = try await ask(socket) else { break }
            show(status)
            if watch { try? await Task.sleep(for: .seconds(1)) }
        } while watch && !socket.isClosed
    }

    /// The answer; nil when the socket was closed meanwhile.
    private func ask(_ socket: Dealer) async throws -> RunStatus? {
        do {
            try await socket.send(StatusMessage.request)
            return try StatusMessage.status(await socket.receive(timeout: timeout?.duration ?? .seconds(5)))
        } catch let error as ZMQError where error.code == .timedOut {
            throw CollectorFailure(
                description: "\(done): no producer answers; name the --done of produce or run, while it runs")
        } catch let error as ZMQError where socket.isClosed {
            _ = error
            return nil
        }
    }

    private struct CollectorFailure: Error, CustomStringConvertible {
        let description: String
    }

    private func show(_ status: RunStatus) {
        let text = format == .json ? StatusText.json(status) : StatusText.table(status)
        // A table that refreshes itself begins at the top of an empty screen.
        let isTable = watch && format == .text && Terminal.standardOutput != nil
        StandardStreams.printLine((isTable ? "\u{1B}[H\u{1B}[2J" : "") + text)
    }
}
