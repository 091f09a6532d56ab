import ArgumentParser
import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// `pubsub publish`: random weather, or the lines of standard input.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish random weather, or the lines of standard input.",
        discussion: """
            Without --bind and --connect it binds tcp://*:5556.

            Whoever subscribes gets what is published from then on: start subscribers first, or let the publisher wait \
            for them with --wait-for-subscribers, or put `pubsub forward --last-value` in between.

              pubsub publish --topics 9999-10004 --rate 10/s
              tail -f log | pubsub publish --stdin --bind tcp://*:5556
            """
    )

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

    @Flag(help: "Publish the lines of standard input, each \"topic payload\", instead of random updates.")
    var stdin = false

    @Option(
        help: ArgumentHelp(
            "Start when so many subscriptions have arrived, equal ones counted, too.", valueName: "number"))
    var waitForSubscribers = 0

    @Flag(help: "Send topic and payload as two frames rather than one, \"topic payload\".")
    var multipart = false

    @Option(
        help: """
            What to do when a subscriber is slow: wait for it, and let the others wait, or drop for it what it cannot \
            take. (default: drop; wait with --stdin)
            """)
    var whenFull: WhenFull?

    @Option(help: ArgumentHelp("The most updates that are queued for one subscriber.", valueName: "number"))
    var highWaterMark = 10_000

    func validate() throws {
        guard waitForSubscribers >= 0 else {
            throw ValidationError("--wait-for-subscribers \(waitForSubscribers): a number of at least 0 is needed")
        }
        guard highWaterMark >= 1 else {
            throw ValidationError("--high-water-mark \(highWaterMark): a number of at least 1 is needed")
        }
        if stdin, let topics {
            throw ValidationError(
                "--topics \(topics): with --stdin each line brings its topic; leave one of the two out")
        }
    }

    func run() async throws {
        // Trapped before anything is bound, so that no signal finds the program half started.
        let signals = await EndSignals(program: "pubsub publish", loss: "ended before everything was sent")
        let endpoints = endpoints.orElse(bind: "tcp://*:5556")
        let waits = whenFull ?? (stdin ? .wait : .drop) == .wait
        let context = try Context()
        let socket = try XPublisher(context) {
            endpoints.prepare(&$0)
            $0.isVerboser = true
            $0.neverDrops = waits
            $0.sendHighWaterMark = highWaterMark
            // What was read is to arrive, however long a subscriber takes; Ctrl-C cuts it short.
            if waits { $0.linger = nil }
        }
        try endpoints.attach(socket, as: "publishing")
        if waits, (endpoints.bind + endpoints.connect).contains(where: { $0.text.hasPrefix("ipc://") }) {
            // libzmq 4.3: a closed connection of this kind ends the reading of one who has stopped for want of room.
            Notice.say(
                "over ipc:// a subscriber that is behind when this ends may miss the last updates; over tcp:// not")
        }
        let isOver = try await interruptible(by: signals) { try await publish(to: socket) } ?? false
        if isOver {
            await leave(context, unless: signals)
        } else {
            try socket.setOption(\.linger, to: .seconds(1))
            await context.shutdown()
        }
    }

    /// Publishes until everything is, or the task is cancelled; whether everything is.
    private func publish(to socket: XPublisher) async throws -> Bool {
        let interval = (rate ?? (stdin ? .max : .oncePerSecond)).interval
        var sender = UpdateSender(socket, interval: interval, limit: count.limit)
        defer { Notice.say(sender.summary) }
        do {
            if waitForSubscribers > 0 {
                Notice.say("waiting for \(Notice.count(waitForSubscribers, "subscription"))")
                try await sender.waitForSubscriptions(waitForSubscribers)
                Notice.say("publishing begins")
            }
            let format: WireFormat = multipart ? .multipart : .singleFrame
            if stdin {
                try await sender.sendLines(of: StandardInput(), format: format)
            } else {
                try await sender.sendWeather(topics: topics ?? TopicRange(9999...10004), format: format)
            }
            return true
        } catch is CancellationError {
            return false
        }
    }
}

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
