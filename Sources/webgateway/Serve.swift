import ArgumentParser
import CommandLineSupport
import DemonstrationServices
import Gateway
import Logging

/// `webgateway serve`: a gateway with embedded demonstration workers.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve HTTP and hand the requests to workers (the default).",
        discussion: """
            Prints a line for each address once it accepts connections. SIGTERM or SIGINT: stops accepting, answers \
            what is in flight, and ends; a second signal ends at once.
            """
    )

    @Option(help: "HTTP address, repeatable; port 0 picks a free one. (default: 127.0.0.1:8080)")
    var listen: [ListenAddress] = []

    @Option(help: "Endpoint to bind for workers, repeatable. (default: tcp://127.0.0.1:5555)")
    var workers: [String] = []

    @Option(help: "Embedded demonstration workers of each service; 0 for none.")
    var demoWorkers = 2

    @Option(help: "The time from a request's arrival to the first byte of its reply; then 504.")
    var requestTimeout = DurationArgument.literal("30s")

    @Option(help: "Requests that may wait for one service; one more gets 503.")
    var queueLimit = 1024

    @Option(help: "The largest request body; a larger one gets 413.")
    var maxBody = SizeArgument.literal("1MiB")

    @Option(help: "The time between two heartbeats; a worker silent for three is dead.")
    var heartbeat = DurationArgument.literal("1s")

    @Option(help: "How often an idempotent request is sent to another worker after the first was lost.")
    var retries = 2

    @OptionGroup var logging: LogOptions

    @Option(help: "Log every request.")
    var accessLog = OnOff.on

    func validate() throws {
        try Check.notNegative(demoWorkers, "--demo-workers")
        try Check.atLeastOne(queueLimit, "--queue-limit")
        try Check.notNegative(retries, "--retries")
        try Check.longerThanZero(requestTimeout, "--request-timeout")
        try Check.longerThanZero(heartbeat, "--heartbeat")
        for endpoint in workers { try Check.workerEndpoint(endpoint, "--workers", allowsWildcard: true) }
    }

    func run() async throws {
        let logger = logging.makeLogger("webgateway")
        OpenFiles.raiseLimit()
        // Trapped before anything is bound, so that no signal finds the program half started.
        let signals = await EndSignals(program: "webgateway")
        let gateway = try await Gateway(
            gatewayConfiguration, logger: logger, observer: accessLog == .on ? logging.makeAccessLog(logger) : nil)
        for address in gateway.httpAddresses { StandardStreams.printLine("listening on http://\(address)") }
        for endpoint in gateway.workerEndpoints { StandardStreams.printLine("workers on \(endpoint)") }
        let demonstration = DemonstrationWorkers(
            count: demoWorkers, endpoint: gateway.workerEndpoints[0], logger: logger)

        guard let signal = await signals.first() else { return }
        logger.info("draining", metadata: ["signal": "\(signal)"])
        await gateway.drain { await demonstration.stop() }
    }

    private var gatewayConfiguration: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        if !listen.isEmpty { configuration.listen = listen }
        if !workers.isEmpty { configuration.workers = workers }
        configuration.http.requestTimeout = requestTimeout.duration
        configuration.http.maximumBodySize = maxBody.bytes
        configuration.http.retries = retries
        // Known from the start, so that a request that comes before the workers waits for them.
        if demoWorkers > 0 { configuration.broker.services = Set(DemonstrationService.names) }
        configuration.broker.queueLimit = queueLimit
        configuration.broker.heartbeat = heartbeat.duration
        return configuration
    }
}
