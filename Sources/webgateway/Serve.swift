import ArgumentParser
import CommandLineSupport
import DemonstrationServices
import Gateway
import Logging
import Metrics
import PrometheusText

/// `webgateway serve`: a gateway with embedded demonstration workers.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve HTTP and hand the requests to workers (the default).",
        discussion: """
            Prints a line for each address once it accepts connections. SIGTERM or SIGINT: stops accepting, answers \
            what is in flight, and ends; a second signal ends at once. SIGHUP: reads the configuration again; an \
            invalid one is logged, and the old one stays.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let (settings, unknownVariables) = try readSettings()
        let log = Log(label: "webgateway", level: settings.logLevel, format: settings.logFormat)
        for variable in unknownVariables {
            log.logger.warning("variable ignored: there is no such setting", metadata: ["variable": "\(variable)"])
        }
        OpenFiles.raiseLimit()
        let demonstration = try Demonstration(settings)
        // Trapped before anything is bound, so that no signal finds the program half started.
        let signals = await EndSignals(program: "webgateway")
        let hangups = await HangupSignals()
        let metrics = PrometheusMetrics(help: Gateway.metricsHelp)
        MetricsSystem.bootstrap(metrics)
        let gateway = try await Gateway(
            settings.configuration(with: demonstration), logger: log.logger,
            observer: settings.logsRequests ? AccessLog(log) : nil,
            metrics: metrics, metricsText: { metrics.text() })
        for address in gateway.httpAddresses { StandardStreams.printLine("listening on \(address.url)") }
        for endpoint in gateway.workerEndpoints { StandardStreams.printLine("workers on \(endpoint)") }
        for endpoint in gateway.clientEndpoints { StandardStreams.printLine("clients on \(endpoint)") }
        for endpoint in gateway.publishEndpoints { StandardStreams.printLine("publishing on \(endpoint)") }
        for endpoint in gateway.pushEndpoints { StandardStreams.printLine("pushing on \(endpoint)") }
        if let address = gateway.adminAddress { StandardStreams.printLine("admin on http://\(address)") }
        let workers = demonstration?.start(
            settings.demonstrationWorkers, at: gateway.workerEndpoints[0], security: gateway.embeddedWorkerSecurity,
            logger: log.logger)

        let reloading = Task {
            var reloading = Reloading(
                options: options, current: settings, demonstration: demonstration, gateway: gateway, log: log)
            await hangups.forEach { await reloading.reload() }
        }
        guard let signal = await signals.first() else { return }
        reloading.cancel()
        log.logger.info("draining", metadata: ["signal": "\(signal)"])
        await gateway.drain { await workers?.stop() }
    }

    /// The settings at the start; a mistake in them is wrong usage.
    private func readSettings() throws -> (GatewaySettings, unknownVariables: [String]) {
        do {
            let sources = try options.readSources()
            let settings = try sources.settings()
            let problems = sources.problems(ofTLSFilesIn: settings)
            guard problems.isEmpty else { throw ValidationError("\(problems[0])") }
            return (settings, sources.unknownVariables)
        } catch let problem as ConfigurationProblem {
            throw ValidationError(problem.description)
        } catch let problems as ConfigurationProblems {
            throw ValidationError(problems.description)
        }
    }
}

extension GatewaySettings {
    /// The gateway's configuration, with the embedded services and the weather that they show.
    func configuration(with demonstration: Demonstration?) -> GatewayConfiguration {
        guard let demonstration else { return gateway }
        var configuration = gateway
        // Known from the start, so that a request that comes before the workers waits for them.
        configuration.broker.services = demonstration.serviceNames
        // Behind the configured ones, which may put something else there.
        configuration.routes.append(demonstration.weatherRoute)
        return configuration
    }
}
