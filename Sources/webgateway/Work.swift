import ArgumentParser
import CommandLineSupport
import DemonstrationServices
import Foundation
import GatewayWorker
import Logging
import SwiftZMQ

/// `webgateway worker`: a demonstration worker in a process of its own.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Serve a demonstration service from a process of its own.",
        discussion: """
            The services are \(DemonstrationService.names.joined(separator: ", ")); all is every one of them. The workers \
            wait for a gateway that is not there yet and find one that comes back. SIGTERM or SIGINT: they finish what \
            they have and end; a second signal ends at once.
            """
    )

    @Option(
        name: .customLong("connect"),
        help: ArgumentHelp(
            "The gateway's endpoint for workers, repeatable: one for each gateway (default: WEBGATEWAY_WORKERS, which a gateway gives to the programs that it starts).",
            valueName: "connect"))
    var connections: [String] = []

    /// Where the workers connect.
    private var connect: [String] {
        guard connections.isEmpty, let own = ProcessInfo.processInfo.environment["WEBGATEWAY_WORKERS"] else {
            return connections
        }
        return [own]
    }

    @Option(help: "The demonstration service: \(Self.choices).")
    var service: String

    @Option(
        help: ArgumentHelp(
            "Folder that site serves, or off for all services but it; its own pages by default.",
            valueName: "directory|off"))
    var site: String?

    @Flag(help: "Answer a folder of the site that has no index.html with a list.")
    var siteList = false

    @Option(
        help: ArgumentHelp(
            "SQLite file of cart, the same for all workers of the service; one of the process's own by default.",
            valueName: "file"))
    var cartDatabase: String?

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
        guard service == Self.everyService || DemonstrationService.names.contains(service) else {
            throw ValidationError("--service '\(service)': no such demonstration service; there are \(Self.choices)")
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

    private static let everyService = "all"
    private static var choices: String { (DemonstrationService.names + [everyService]).joined(separator: ", ") }

    /// What is to be served.
    private func services() throws -> [DemonstrationService] {
        var options = DemonstrationService.Options()
        options.servesSite = site != "off"
        options.site = options.servesSite ? site : nil
        options.listsFolders = siteList
        options.cartDatabase = cartDatabase
        do {
            if service == Self.everyService { return try DemonstrationService.all(options) }
            return try [DemonstrationService.make(service, options)].compactMap { $0 }
        } catch let mistake as DemonstrationService.OptionMistake {
            throw ValidationError(mistake.description)
        }
    }

    func run() async throws {
        let services = try services()
        let security = try security()
        let logger = logging.makeLog("webgateway-worker").logger
        if cartDatabase == nil, services.contains(where: { $0.name == "cart" }) {
            logger.warning("the carts are this process's alone: give all that serve cart the same --cart-database")
        }
        let signals = await EndSignals(program: "webgateway worker")
        let workers = services.map { service in
            var configuration = GatewayWorker.Configuration(of: service, concurrency: concurrency)
            configuration.security = security
            return GatewayWorker(
                service: service.registeredName, endpoints: connect, configuration: configuration, logger: logger,
                handler: service.handler)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { try await worker.run() } }
            group.addTask {
                if let signal = await signals.first() { logger.info("draining", metadata: ["signal": "\(signal)"]) }
            }
            // A signal ends the workers, which finish what they have; one that cannot work ends the wait for one.
            defer { group.cancelAll() }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
