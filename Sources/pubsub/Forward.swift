import ArgumentParser
import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// `pubsub forward`: many publishers, many subscribers.
struct Forward: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stand between many publishers and many subscribers.",
        discussion: """
            Publishers and subscribers connect to the forwarder and need not know each other.

              pubsub forward --last-value
              pubsub publish --connect tcp://localhost:5557
              pubsub subscribe --connect tcp://localhost:5556 --all

            With --last-value a subscriber that comes late gets the last message of each of its topics at once, and \
            nobody gets one twice.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where publishers connect to, repeatable. (default: tcp://*:5557)", valueName: "endpoint"))
    var publishers: [EndpointArgument] = []

    @Option(
        help: ArgumentHelp(
            "Where subscribers connect to, repeatable. (default: tcp://*:5556)", valueName: "endpoint"))
    var subscribers: [EndpointArgument] = []

    @Option(help: ArgumentHelp("Where a copy of everything forwarded is published.", valueName: "endpoint"))
    var capture: [EndpointArgument] = []

    @Flag(help: "Remember the last message of each topic, and send it to whoever subscribes to it later.")
    var lastValue = false

    @Option(help: ArgumentHelp("The most topics that --last-value remembers.", valueName: "number"))
    var lastValueTopics = 100_000

    @Option(
        help: """
            What to do when a subscriber is slow: wait for it, and let the others wait, or drop for it what it cannot take.
            """)
    var whenFull = WhenFull.drop

    @Option(help: ArgumentHelp("The most messages that are queued for one subscriber.", valueName: "number"))
    var highWaterMark = 10_000

    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        for endpoint in publishers { try endpoint.validate(for: "--publishers", toBind: true) }
        for endpoint in subscribers { try endpoint.validate(for: "--subscribers", toBind: true) }
        for endpoint in capture { try endpoint.validate(for: "--capture", toBind: true) }
        guard lastValueTopics >= 1 else {
            throw ValidationError("--last-value-topics \(lastValueTopics): a number of at least 1 is needed")
        }
        guard highWaterMark >= 1 else {
            throw ValidationError("--high-water-mark \(highWaterMark): a number of at least 1 is needed")
        }
        if lastValue, whenFull == .wait {
            throw ValidationError("--when-full wait: with --last-value nobody is waited for; leave one of the two out")
        }
        try curve.validate(binds: true, connects: false)
        if lastValue, let local = subscribers.first(where: { !$0.text.hasPrefix("tcp://") }) {
            throw ValidationError("--subscribers '\(local)': with --last-value subscribers connect to tcp://HOST:PORT")
        }
    }

    func run() async throws {
        let signals = await EndSignals(
            program: "pubsub forward", loss: "ended before everything was sent", hangups: true)
        let security = try curve.read()
        let context = try Context()
        let admission = try security.startAuthenticator(context) { Notice.say($0) }
        let upstream = try makeUpstream(context, security)
        let copies = try makeCapture(context, security)
        let counters: ForwarderCounters
        if lastValue {
            let subscribers = try makeSubscriberStream(context, keepsAddresses: admission != nil)
            security.warn(of: everyEndpoint) { Notice.say($0) }
            counters = try await forwardLastValues(
                from: upstream, to: subscribers, copies, curveServer(security, admission), signals)
        } else {
            let downstream = try makeDownstream(context, security)
            security.warn(of: everyEndpoint) { Notice.say($0) }
            counters = try await forward(from: upstream, to: downstream, copies, signals)
        }
        Notice.say(counters.summary)
        await context.shutdown()
        try signals.exitAsTold()
    }

    private func forward(
        from upstream: XSubscriber, to downstream: XPublisher, _ copies: Publisher?, _ signals: EndSignals
    ) async throws -> ForwarderCounters {
        let forwarder = Forwarder(from: upstream, to: downstream, capture: copies)
        _ = try await interruptible(by: signals) { try await forwarder.run() }
        try downstream.setOption(\.linger, to: .seconds(1))
        return await forwarder.counters
    }

    private func forwardLastValues(
        from upstream: XSubscriber, to downstream: Stream, _ copies: Publisher?, _ security: CurveServer?,
        _ signals: EndSignals
    ) async throws -> ForwarderCounters {
        let cache = LastValueCache(capacity: lastValueTopics)
        let forwarder = LastValueForwarder(
            from: upstream, to: downstream, capture: copies, cache: cache, security: security)
        _ = try await interruptible(by: signals) { try await forwarder.run() }
        try downstream.setOption(\.linger, to: .seconds(1))
        return await forwarder.counters
    }

    /// How the subscribers' connections are secured, which libzmq knows nothing of; nil for by nothing.
    private func curveServer(_ security: CurveSettings, _ admission: CurveSettings.Admission?) -> CurveServer? {
        guard let keys = security.ownKeys, let admission else { return nil }
        return CurveServer(keys: keys) { key, address in
            if case .admitted = admission(key, address) { true } else { false }
        }
    }

    private var upstreamEndpoints: [EndpointArgument] { publishers.isEmpty ? ["tcp://*:5557"] : publishers }
    private var downstreamEndpoints: [EndpointArgument] { subscribers.isEmpty ? ["tcp://*:5556"] : subscribers }
    private var everyEndpoint: [EndpointArgument] { upstreamEndpoints + downstreamEndpoints + capture }

    private func makeUpstream(_ context: Context, _ security: CurveSettings) throws -> XSubscriber {
        let socket = try XSubscriber(context) {
            $0.prepare(for: upstreamEndpoints)
            if let bound = security.bound { $0.security = bound }
        }
        try socket.bind(upstreamEndpoints, as: "publishers")
        return socket
    }

    private func makeDownstream(_ context: Context, _ security: CurveSettings) throws -> XPublisher {
        let socket = try XPublisher(context) {
            $0.prepare(for: downstreamEndpoints)
            $0.neverDrops = whenFull == .wait
            $0.sendHighWaterMark = highWaterMark
            // So that a publisher can count those who are behind.
            $0.isVerboser = true
            if let bound = security.bound { $0.security = bound }
        }
        try socket.bind(downstreamEndpoints, as: "subscribers")
        return socket
    }

    private func makeSubscriberStream(_ context: Context, keepsAddresses: Bool) throws -> Stream {
        let socket = try Stream(context) {
            $0.prepare(for: downstreamEndpoints)
            $0.sendHighWaterMark = highWaterMark
            $0.keepsMetadata = keepsAddresses
        }
        try socket.bind(downstreamEndpoints, as: "subscribers")
        return socket
    }

    private func makeCapture(_ context: Context, _ security: CurveSettings) throws -> Publisher? {
        guard !capture.isEmpty else { return nil }
        let socket = try Publisher(context) {
            $0.prepare(for: capture)
            if let bound = security.bound { $0.security = bound }
        }
        try socket.bind(capture, as: "capture")
        return socket
    }
}

extension ForwarderCounters {
    /// What was done, in one line.
    var summary: String {
        let outcome =
            if let sent, let dropped {
                "; sent \(sent), dropped \(dropped)" + (dropped > 0 ? " for subscribers that were behind" : "")
            } else {
                ""
            }
        let late = replayed == 0 ? "" : ", which were sent \(Notice.count(replayed, "remembered message")) at once"
        return "forwarded \(Notice.count(messages, "message")) (\(Notice.count(bytes, "byte")))\(outcome); "
            + "\(Notice.count(subscriptions, "subscription")) came\(late)"
    }
}
