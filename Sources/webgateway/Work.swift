import ArgumentParser
import CommandLineSupport
import DemonstrationServices
import GatewayWorker
import Logging
import SwiftZMQ

/// `webgateway worker`: a demonstration worker in a process of its own.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Serve a demonstration service from a process of its own.",
        discussion: """
            The services are \(DemonstrationService.names.joined(separator: ", ")). It waits for a gateway that is not \
            there yet and finds one that comes back. SIGTERM or SIGINT: finishes what it has and ends; a second signal \
            ends at once.
            """
    )

    @Option(help: "The gateway's endpoint for workers, repeatable: one for each gateway.")
    var connect: [String] = []

    @Option(help: "The demonstration service.")
    var service: String

    @Option(help: "The most requests served at once, 1 to 1024.")
    var concurrency = 16

    @Option(
        help: ArgumentHelp(
            "Certificate of the worker's own CURVE keys; its public key is in the gateway's --curve-allow.",
            valueName: "file"))
    var curveSecretKey: String?

    @Option(help: ArgumentHelp("Public certificate of the gateway.", valueName: "file"))
    var curveServerKey: String?

    @OptionGroup var logging: LogOptions

    func validate() throws {
        guard !connect.isEmpty else {
            throw ValidationError(
                "Missing expected argument '--connect <connect>': name the gateway's endpoint, such as --connect tcp://127.0.0.1:5555"
            )
        }
        for endpoint in connect { try Endpoints.check(endpoint, "--connect") }
        guard DemonstrationService(named: service) != nil else {
            throw ValidationError(
                "--service '\(service)': no such demonstration service; there are "
                    + DemonstrationService.names.joined(separator: ", "))
        }
        guard (1...1024).contains(concurrency) else {
            throw ValidationError("--concurrency \(concurrency): a number from 1 to 1024 is needed")
        }
        guard (curveSecretKey == nil) == (curveServerKey == nil) else {
            throw ValidationError("--curve-secret-key and --curve-server-key are needed together")
        }
    }

    /// How the connections are secured, by the files that were given.
    private func security() throws -> SocketSecurity {
        guard let curveSecretKey, let curveServerKey else { return .none }
        guard let keys = try CurveCertificate(contentsOf: curveSecretKey).keys else {
            throw ValidationError(
                "--curve-secret-key '\(curveSecretKey)': it is a public certificate; the secret one ends in .key_secret"
            )
        }
        return .curveClient(keys, server: try CurveCertificate(contentsOf: curveServerKey).publicKey)
    }

    func run() async throws {
        guard let service = DemonstrationService(named: service) else { return }
        let logger = logging.makeLog("webgateway-worker").logger
        let signals = await EndSignals(program: "webgateway worker")
        var configuration = GatewayWorker.Configuration(concurrency: concurrency)
        configuration.security = try security()
        // The demonstration services answer at once, so that no change of threads pays.
        configuration.handlerExecutor = SocketExecutor.shared
        let worker = GatewayWorker(
            service: service.name, endpoints: connect, configuration: configuration, logger: logger,
            handler: service.handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask {
                if let signal = await signals.first() { logger.info("draining", metadata: ["signal": "\(signal)"]) }
            }
            // A signal ends the worker, which finishes what it has; a worker that cannot work ends the wait for one.
            defer { group.cancelAll() }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
