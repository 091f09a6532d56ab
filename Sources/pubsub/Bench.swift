import ArgumentParser
import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// `pubsub bench`: how fast, how late and how much of it.
struct Bench: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    static let configuration = CommandConfiguration(
        abstract: "Measure throughput, latency and losses.",
        discussion: """
            A publisher, its subscribers and, with --forwarder, one in between, in this process and over TCP. Subscribers \
            on other machines join: the publisher waits for them, and each says what it has received. Their latencies are \
            as true as the machines' clocks agree.

              pubsub bench --size 100 --rate 10000/s --subscribers 3
              pubsub bench --bind tcp://*:5556 --joining 1    and on the other machine
              pubsub bench --join tcp://HOST:5556

            As fast as possible, the publisher waits for its subscribers, so that nothing is lost and latency is mostly \
            time in queues; at a rate, it drops what they cannot take.
            """
    )

    @Option(help: ArgumentHelp("The bytes of a message, at least 16. (default: 16)", valueName: "size"))
    var size: SizeArgument?

    @Option(
        help: ArgumentHelp("Messages per second (10000/s), or 'max'. (default: max)", valueName: "rate"),
        transform: RateArgument.parse
    )
    var rate = RateArgument.max

    @Option(help: ArgumentHelp("The subscribers in this process, 0 to 1000.", valueName: "number"))
    var subscribers = 1

    @Option(help: ArgumentHelp("How long messages are published, such as 5s. (default: 5s)", valueName: "duration"))
    var duration: DurationArgument?

    @Flag(help: "Put a forwarder between publisher and subscribers.")
    var forwarder = false

    @Option(help: "How the result is printed: text or json (one object).")
    var format = Format.text

    @Option(
        help: ArgumentHelp(
            "Where subscribers connect to. (default: a free port of this machine alone)", valueName: "endpoint"))
    var bind: EndpointArgument?

    @Option(help: ArgumentHelp("How many subscribers of other machines are waited for.", valueName: "number"))
    var joining = 0

    @Option(help: ArgumentHelp("Be subscribers of the benchmark at this endpoint.", valueName: "endpoint"))
    var join: EndpointArgument?

    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        try bind?.validate(for: "--bind", toBind: true)
        try join?.validate(for: "--join", toBind: false)
        try curve.validate(binds: join == nil, connects: join != nil)
        if let size, size.bytes < BenchmarkMessage.smallest || size.bytes > 1 << 30 {
            throw ValidationError("--size \(size): a size from \(BenchmarkMessage.smallest) to 1GiB is needed")
        }
        guard (0...1000).contains(subscribers), (0...1_000_000).contains(joining) else {
            throw ValidationError("--subscribers \(subscribers) --joining \(joining): numbers from 0, and up to 1000")
        }
        guard subscribers + joining > 0 else {
            throw ValidationError("--subscribers 0: somebody has to listen; say how many others join with --joining")
        }
        if let join {
            let others: [(String, Bool)] = [
                ("--bind", bind != nil), ("--joining", joining > 0), ("--forwarder", forwarder),
                ("--rate", rate != .max), ("--duration", duration != nil),
            ]
            if let (option, _) = others.first(where: \.1) {
                throw ValidationError("\(option): it is the publisher's to say, at '\(join)'; leave one of the two out")
            }
        }
    }

    func run() async throws {
        let signals = await EndSignals(program: "pubsub bench", loss: "ended at once", hangups: true)
        // One's own subscribers have the same keys.
        let security = try curve.read(sharesKeys: join == nil)
        let context = try Context()
        let run = try BenchmarkRun(
            context, size: size?.bytes ?? BenchmarkMessage.smallest, interval: rate.interval, subscribers: subscribers,
            joining: joining, security: security)
        try security.startAuthenticator(context, admitsOwnKey: true) { Notice.say($0) }
        if let bind { security.warn(of: [bind]) { Notice.say($0) } }
        let result = try await interruptible(by: signals) {
            if let join { return try await run.join(join) }
            return try await run.publish(
                for: duration?.duration ?? .seconds(5), bind: bind ?? "tcp://127.0.0.1:*", forwarder: forwarder)
        }
        guard let result else { return try signals.exitAsInterrupted() }
        for line in format == .json ? [result.json] : result.text { StandardStreams.printLine(line) }
        await context.shutdown()
    }
}
