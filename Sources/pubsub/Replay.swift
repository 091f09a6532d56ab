import ArgumentParser
import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// `pubsub replay`: publishes a recording again.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a recording again, at its own pace or another.",
        discussion: """
            Without --bind and --connect it binds tcp://*:5556. Updates are published with the frames that they had.

              pubsub replay weather.jsonl --wait-for-subscribers 1
              pubsub replay weather.jsonl --speed max --topic 10001 --from 2026-11-24T12:00:00Z
            """
    )

    @Argument(help: ArgumentHelp("A file that `pubsub record` has written.", valueName: "file"))
    var path: ByteArgument

    @OptionGroup var endpoints: EndpointOptions

    @Option(
        help: ArgumentHelp(
            "How much faster than it was recorded, such as 10 or 0.5, or 'max'. (default: 1)", valueName: "factor"),
        transform: SpeedArgument.parse)
    var speed = SpeedArgument(factor: 1)

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only topics that begin with this, repeatable. (default: everything)", valueName: "prefix"))
    var topic: [ByteArgument] = []

    @Option(
        help: ArgumentHelp(
            "Only updates from this time on, such as 2026-11-24T12:00:00Z; without a zone it is UTC.",
            valueName: "time"),
        transform: Timestamp.parse)
    var from: Timestamp?

    @Option(help: ArgumentHelp("Only updates before this time.", valueName: "time"), transform: Timestamp.parse)
    var to: Timestamp?

    @Flag(help: "Begin again at the end.")
    var loop = false

    @Option(
        help: ArgumentHelp(
            "Start when so many subscriptions have arrived, equal ones counted, too.", valueName: "number"))
    var waitForSubscribers = 0

    @Option(
        help: """
            What to do when a subscriber is slow: wait for it, and let the others wait, or drop for it what it cannot take.
            """)
    var whenFull = WhenFull.wait

    @Option(help: ArgumentHelp("The most updates that are queued for one subscriber.", valueName: "number"))
    var highWaterMark = 10_000

    func validate() throws {
        guard waitForSubscribers >= 0 else {
            throw ValidationError("--wait-for-subscribers \(waitForSubscribers): a number of at least 0 is needed")
        }
        guard highWaterMark >= 1 else {
            throw ValidationError("--high-water-mark \(highWaterMark): a number of at least 1 is needed")
        }
        if let from, let to, to <= from {
            throw ValidationError("--to \(to): it is not after --from \(from), so that there would be nothing")
        }
    }

    func run() async throws {
        let signals = await EndSignals(
            program: "pubsub replay", loss: "ended before everything was sent", hangups: true)
        let endpoints = try endpoints.orElse(bind: "tcp://*:5556")
        let recording = Recording(path, filters: topic.filters, from: from, to: to)
        // Before anything is bound, so that nobody waits for a file that is not there.
        try recording.check()
        let waits = whenFull == .wait
        let context = try Context()
        let socket = try XPublisher(context) {
            try endpoints.prepare(&$0)
            $0.isVerboser = true
            $0.neverDrops = waits
            $0.sendHighWaterMark = highWaterMark
            if waits { $0.linger = nil }
        }
        try endpoints.attach(socket, of: context, as: "replaying")
        let isOver = try await interruptible(by: signals) { try await publish(recording, to: socket) } ?? false
        if isOver {
            guard await !leave(context, unless: signals) else { return }
        } else {
            try socket.setOption(\.linger, to: .seconds(1))
            await context.shutdown()
        }
        try signals.exitAsInterrupted()
    }

    /// Publishes until everything is, or the task is cancelled; whether everything is.
    private func publish(_ recording: Recording, to socket: XPublisher) async throws -> Bool {
        var sender = UpdateSender(socket, interval: nil, limit: nil)
        defer { Notice.say(sender.summary) }
        do {
            if waitForSubscribers > 0 {
                Notice.say("waiting for \(Notice.count(waitForSubscribers, "subscription"))")
                try await sender.waitForSubscriptions(waitForSubscribers, within: nil)
                Notice.say("publishing begins")
            }
            var schedule = ReplaySchedule(speed: speed.factor)
            let start = ContinuousClock.now
            repeat {
                let before = sender.sent
                schedule.begin()
                try await recording.read { update in
                    let due = start + schedule.due(update.time)
                    if due > .now { try await Task.sleep(until: due) }
                    try await sender.send(update.message)
                }
                guard sender.sent > before else { break }
            } while loop
            return true
        } catch is CancellationError {
            return false
        }
    }
}

extension Timestamp {
    /// Reads a time for an option's `transform`, which so has a remedy in its error.
    static func parse(_ argument: String) throws -> Timestamp {
        guard let time = Timestamp(argument.utf8) else {
            throw ValidationError("a time is written 2026-11-24T12:00:00Z, 2026-11-24T13:00+01:00 or 2026-11-24")
        }
        return time
    }
}
