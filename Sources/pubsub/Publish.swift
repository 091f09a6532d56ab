public import ArgumentParser
import CommandLineSupport
public import PublishSubscribe
import SwiftZMQ

/// `pubsub publish`: one update, the lines of standard input, or random weather.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish one update, the lines of standard input, or random weather.",
        discussion: """
            With a topic it publishes that one update, as soon as somebody has subscribed to it. With --stdin it publishes \
            lines, and with neither random weather.

            Without --bind and --connect it binds tcp://*:5556.

            Whoever subscribes gets what is published from then on: start subscribers first, or let the publisher wait \
            for them with --wait-for-subscribers, or put `pubsub forward --last-value` in between.

              pubsub publish 10001 42 --timeout 10s
              pubsub publish --topics 9999-10004 --rate 10/s
              tail -f log | pubsub publish --stdin --bind tcp://*:5556
            """
    )

    @Argument(help: "The topic of the one update that is published.")
    var topic: ByteArgument?

    @Argument(help: ArgumentHelp("Its payload. (default: empty)", valueName: "payload"))
    var payloadText: ByteArgument?

    @OptionGroup var endpoints: EndpointOptions

    @Option(
        help: ArgumentHelp(
            "Updates per second (1/s), minute (100/m) or hour, or 'max'. (default: 1/s; max with --stdin)",
            valueName: "rate"),
        transform: RateArgument.parse)
    var rate: RateArgument?

    @Option(
        help: ArgumentHelp("Stop after so many updates. (default: forever)", valueName: "number"),
        transform: CountArgument.parse)
    var count: CountArgument = .forever

    @Option(
        help: ArgumentHelp(
            "Topics of the random updates, drawn from this range. (default: 9999-10004)", valueName: "first-last"),
        transform: TopicRange.parse)
    var topics: TopicRange?

    @Option(
        help: """
            What a random update holds: temperature (42), or temperature-humidity (42 31) as in ZeroMQ's guide. (default: \
            temperature)
            """)
    var payload: WeatherPayload?

    @Flag(help: "Publish the lines of standard input, each \"topic payload\", instead of random updates.")
    var stdin = false

    @Option(
        help: ArgumentHelp(
            "Start when so many subscriptions have arrived, equal ones counted, too. (default: 0; 1 with a topic)",
            valueName: "number"))
    var waitForSubscribers: Int?

    @Option(
        help: ArgumentHelp(
            "Give up with status 1 when they have not arrived for so long, such as 10s. (default: never)",
            valueName: "duration"))
    var timeout: DurationArgument?

    @Option(
        help: ArgumentHelp("The longest line of --stdin, such as 1MiB. (default: 64MiB)", valueName: "size"))
    var maxLine: SizeArgument?

    @Flag(help: "Send topic and payload as two frames rather than one, \"topic payload\".")
    var multipart = false

    @Option(
        help: """
            What to do when a subscriber is slow: wait for it, and let the others wait, or drop for it what it cannot \
            take. (default: drop; wait with a topic or --stdin)
            """)
    var whenFull: WhenFull?

    @Option(help: ArgumentHelp("The most updates that are queued for one subscriber.", valueName: "number"))
    var highWaterMark = 10_000

    func validate() throws {
        if let waitForSubscribers, waitForSubscribers < 0 {
            throw ValidationError("--wait-for-subscribers \(waitForSubscribers): a number of at least 0 is needed")
        }
        guard highWaterMark >= 1 else {
            throw ValidationError("--high-water-mark \(highWaterMark): a number of at least 1 is needed")
        }
        if stdin, let topics {
            throw ValidationError(
                "--topics \(topics): with --stdin each line brings its topic; leave one of the two out")
        }
        if stdin, let payload {
            throw ValidationError(
                "--payload \(payload.rawValue): with --stdin each line brings its payload; leave one of the two out")
        }
        if let maxLine, !stdin || maxLine.bytes < 1 {
            throw ValidationError("--max-line \(maxLine): it is for --stdin, and at least 1")
        }
        if let timeout, subscribersNeeded == 0 {
            throw ValidationError(
                "--timeout \(timeout): nothing is waited for; say for how many with --wait-for-subscribers")
        }
        if let topic { try validate(topic) }
    }

    private func validate(_ topic: ByteArgument) throws {
        let others: [(String, Bool)] = [
            ("--stdin", stdin), ("--topics", topics != nil), ("--payload", payload != nil), ("--rate", rate != nil),
            ("--count", count != .forever),
        ]
        if let (option, _) = others.first(where: { $0.1 }) {
            throw ValidationError("\(option): the one update '\(topic)' is published; leave one of the two out")
        }
        guard topic.bytes.first != nil else { throw ValidationError("the topic '' is empty; name one") }
        if !multipart, let blank = topic.bytes.first(where: { $0 == 0x20 || $0 == 0x09 }) {
            throw ValidationError(
                "the topic '\(topic)' has a \(blank == 0x20 ? "blank" : "tab") in it, where a topic ends; "
                    + "send it as a frame of its own with --multipart")
        }
    }

    private var subscribersNeeded: Int { waitForSubscribers ?? (topic == nil ? 0 : 1) }
    private var isOfLasting: Bool { topic == nil && count == .forever }

    func run() async throws {
        // Trapped before anything is bound, so that no signal finds the program half started.
        let signals = await EndSignals(
            program: "pubsub publish", loss: "ended before everything was sent", hangups: true)
        let endpoints = try endpoints.orElse(bind: "tcp://*:5556")
        let waits = whenFull.map { $0 == .wait } ?? (stdin || topic != nil)
        let context = try Context()
        let socket = try XPublisher(context) {
            try endpoints.prepare(&$0)
            $0.isVerboser = true
            $0.neverDrops = waits
            $0.sendHighWaterMark = highWaterMark
            // What was read is to arrive, however long a subscriber takes; Ctrl-C cuts it short.
            if waits { $0.linger = nil }
        }
        try endpoints.attach(socket, of: context, as: "publishing")
        if waits, endpoints.names.contains(where: { $0.hasPrefix("ipc://") }) {
            // libzmq 4.3: a closed connection of this kind ends the reading of one who has stopped for want of room.
            Notice.say(
                "over ipc:// a subscriber that is behind when this ends may miss the last updates; over tcp:// not")
        }
        let isOver = try await interruptible(by: signals) { try await publish(to: socket) } ?? false
        if isOver {
            guard await !leave(context, unless: signals) else { return }
        } else {
            try socket.setOption(\.linger, to: .seconds(1))
            await context.shutdown()
        }
        try isOfLasting ? signals.exitAsTold() : signals.exitAsInterrupted()
    }

    /// Publishes until everything is, or the task is cancelled; whether everything is.
    private func publish(to socket: XPublisher) async throws -> Bool {
        let format: WireFormat = multipart ? .multipart : .singleFrame
        let update = topic.map { format.message(topic: Frame($0.bytes), payload: Frame(payloadText?.bytes ?? [])) }
        let interval = (rate ?? (stdin || topic != nil ? .max : .oncePerSecond)).interval
        var sender = UpdateSender(socket, interval: interval, limit: count.limit, head: update?.first)
        do {
            if subscribersNeeded > 0 {
                Notice.say("waiting for \(Notice.count(subscribersNeeded, "subscription"))")
                try await sender.waitForSubscriptions(
                    subscribersNeeded, forwardersCount: waitForSubscribers == nil, within: timeout)
                Notice.say("publishing begins")
            }
            if let update {
                try await sender.send(update)
            } else if stdin {
                try await sender.sendLines(of: StandardInput(), format: format, longestLine: maxLine?.bytes ?? 1 << 26)
            } else {
                try await sender.sendWeather(
                    topics: topics ?? TopicRange(9999...10004), payload: payload ?? .temperature, format: format)
            }
            Notice.say(sender.summary)
            return true
        } catch is CancellationError {
            Notice.say(sender.summary)
            return false
        } catch let error as UpdateSender.Unheard {
            throw error
        } catch {
            Notice.say(sender.summary)
            throw error
        }
    }
}

extension WeatherPayload: ExpressibleByArgument {}

extension TopicRange {
    /// Reads a range for an option's `transform`, which so has a remedy in its error.
    static func parse(_ argument: String) throws -> TopicRange {
        guard let range = TopicRange(argument) else {
            throw ValidationError(
                "a range of topics is written FIRST-LAST, such as 9999-10004, the smaller number first")
        }
        return range
    }
}
