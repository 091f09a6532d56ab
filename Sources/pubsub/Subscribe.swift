public import ArgumentParser
import CommandLineSupport
public import PublishSubscribe
import SwiftZMQ

/// `pubsub subscribe`: prints what matches, and the averages at the end.
struct Subscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the updates of topics, and their average at the end.",
        discussion: """
            A topic is a prefix, as everywhere in ZeroMQ: 10001 also matches 100012. With --exact it is the whole topic.

            Without --bind and --connect it connects to tcp://localhost:5556. It works before the publisher exists and goes \
            on when it restarts.

              pubsub subscribe --topic 10001 --topic 10002 --count 100
              pubsub subscribe --all --count forever --format json | jq .payload
              pubsub subscribe --all --count forever --template '{time}\\t{topic}\\t{payload}'

            --exec runs a command for each update, with the payload on its standard input, and topic and payload in the \
            variables TOPIC and PAYLOAD. A command with {topic} or {payload} in it is run without a shell.

              pubsub subscribe --all --count forever --exec 'logger "weather of $TOPIC: $PAYLOAD"'
              pubsub subscribe --all --count forever --exec 'notify-send {topic} {payload}' --jobs 4
            """
    )

    @OptionGroup var endpoints: EndpointOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("What topics begin with, repeatable. (default: 10001)", valueName: "prefix"))
    var topic: [ByteArgument] = []

    @Flag(help: "Subscribe to everything.")
    var all = false

    @Flag(help: "Leave out topics that only begin with one of --topic.")
    var exact = false

    @Option(
        help: ArgumentHelp("Stop after so many updates; 'forever' for no end. (default: 5)", valueName: "number"),
        transform: CountArgument.parse)
    var count: CountArgument?

    @Option(
        help: ArgumentHelp(
            "End with status 1 when nothing has come for so long, such as 5s. (default: never)", valueName: "duration"))
    var timeout: DurationArgument?

    @Option(help: "How an update is printed: text, json (an object a line) or payload. (default: text)")
    var format: UpdateFormat?

    @Option(
        help: ArgumentHelp(
            "A line for each update, with {time} {topic} {payload} {size} {number} {frames} in it.",
            valueName: "text"))
    var template: ByteArgument?

    @Option(help: ArgumentHelp("Run this command for each update instead of printing it.", valueName: "command"))
    var exec: ByteArgument?

    @Option(help: ArgumentHelp("How many commands of --exec run at once, 1 to 1024. (default: 1)", valueName: "number"))
    var jobs: Int?

    @Flag(help: "Topic and payload come as two frames rather than one, \"topic payload\".")
    var multipart = false

    func validate() throws {
        if all, let topic = topic.first {
            throw ValidationError("--topic '\(topic)': --all subscribes to everything; leave one of the two out")
        }
        if all, exact {
            throw ValidationError("--exact: --all names no topic that could be exact; leave one of the two out")
        }
        if let template, let format {
            throw ValidationError(
                "--format \(format): --template '\(template)' says the form; leave one of the two out")
        }
        if let exec, format != nil || template != nil {
            throw ValidationError(
                "--exec '\(exec)': nothing is printed, so leave \(format != nil ? "--format" : "--template") out")
        }
        if let jobs {
            guard exec != nil else { throw ValidationError("--jobs \(jobs): it is for --exec 'COMMAND'") }
            guard (1...1024).contains(jobs) else {
                throw ValidationError("--jobs \(jobs): a number from 1 to 1024 is needed")
            }
        }
        _ = try command
        _ = try style
    }

    private var command: UpdateCommand? {
        get throws {
            guard let exec else { return nil }
            do {
                return try UpdateCommand(exec.bytes)
            } catch {
                throw ValidationError("--exec '\(exec)': \(error)")
            }
        }
    }

    private var style: UpdatePrinter.Style {
        get throws {
            guard let template else { return .format(format ?? .text) }
            do {
                return .template(try UpdateTemplate(template.bytes))
            } catch {
                throw ValidationError("--template '\(template)': \(error)")
            }
        }
    }

    func run() async throws {
        let signals = await EndSignals(
            program: "pubsub subscribe", loss: "ended before everything was written", hangups: true)
        let endpoints = try endpoints.orElse(connect: "tcp://localhost:5556")
        let filters = all ? [TopicFilter("")] : topic.isEmpty ? [TopicFilter("10001")] : topic.filters
        let context = try Context()
        let socket = try Subscriber(context, to: filters) {
            try endpoints.prepare(&$0)
            $0.receiveHighWaterMark = 10_000
        }
        try endpoints.attach(socket, of: context, as: "subscribed")
        let (command, style) = (try command, try style)
        let runner = command.map { CommandRunner($0, jobs: jobs ?? 1) { Notice.say($0) } }
        let reception = UpdateReception(
            wire: multipart ? .multipart : .singleFrame, filters: all ? nil : filters, isExact: exact,
            limit: count.map(\.limit) ?? 5, timeout: timeout?.duration)
        let ending = try await interruptible(by: signals) {
            if let runner { return try await runner.run(reception, from: socket) }
            var printer = UpdatePrinter(style: style, reception: reception)
            return try await printer.print(from: socket)
        }
        if let counts = runner?.counts {
            let failed = counts.failed == 0 ? "" : ", \(counts.failed) of which failed"
            Notice.say("ran \(Notice.count(counts.ended, "command"))\(failed)")
        }
        try signals.exitAsTold()
        switch ending {
        case .silence:
            Notice.say("nothing has come for \(timeout?.description ?? "")")
            throw ExitCode(CommandLineProgram.failureStatus)
        case .counted where count == nil:
            Notice.say("five updates are the default; --count N is for another number, --count forever for no end")
        default: break
        }
        if signals.received == nil, let counts = runner?.counts, counts.failed > 0 {
            throw ExitCode(CommandLineProgram.failureStatus)
        }
    }
}

extension CommandRunner {
    /// Runs the command for each update that counts.
    ///
    /// - Returns: why there are no more.
    fileprivate func run(_ reception: UpdateReception, from socket: Subscriber) async throws -> UpdateReception.Ending {
        var reception = reception
        var ending = UpdateReception.Ending.cancelled
        do {
            try await run {
                guard !reception.isDone else {
                    ending = .counted
                    return nil
                }
                let update = try await reception.next(from: socket)
                if update == nil { ending = .silence }
                return update
            }
        } catch is CancellationError {}
        reception.sayReport()
        return ending
    }
}

extension UpdateFormat: ExpressibleByArgument {}
