import ArgumentParser
import CommandLineSupport
import Foundation
import Gateway

/// `webgateway restart-programs`: replaces the processes of the programs that a gateway has started.
struct RestartPrograms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart-programs",
        abstract: "Restart the programs that a gateway has started, one process after another.",
        discussion: """
            Each process is replaced by one that is up before it is told to go, so that no request fails. Returns as soon \
            as the gateway has begun; /programs of its administration listener tells how far it is.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where the gateway's administration listens (default: WEBGATEWAY_ADMIN, or 127.0.0.1:8081).",
            valueName: "host:port"))
    var admin: String?

    @Argument(help: "The program, by its name; all of them without it.")
    var name: String?

    private var address: ListenAddress? {
        let text = admin ?? ProcessInfo.processInfo.environment["WEBGATEWAY_ADMIN"] ?? "127.0.0.1:8081"
        return text.contains("://") ? nil : ListenAddress(text)
    }

    func validate() throws {
        guard address != nil else {
            throw ValidationError("--admin '\(admin ?? "")': an address is written HOST:PORT, such as 127.0.0.1:8081")
        }
    }

    func run() throws {
        guard let address else { return }
        let client = AdminClient(address: address)
        let list = try client.ask("GET", "/programs")
        guard list.status == 200, let programs = try? JSONDecoder().decode([Program].self, from: Data(list.body.utf8))
        else {
            throw AdminClient.Failure(description: "--admin \(address): what listens there has no programs")
        }
        let names = programs.map(\.name)
        if let name, !names.contains(name) {
            let known = names.isEmpty ? "this gateway has started none" : "there are \(names.joined(separator: ", "))"
            throw AdminClient.Failure(description: "program '\(name)': \(known)")
        }
        if names.isEmpty { StandardStreams.printLine("this gateway has started no programs") }
        for name in name.map({ [$0] }) ?? names {
            let answer = try client.ask("POST", "/programs/\(name)/restart")
            guard answer.status == 202 else {
                throw AdminClient.Failure(description: "program '\(name)': \(answer.body)")
            }
            StandardStreams.printLine(answer.body.trimmingCharacters(in: .newlines))
        }
    }

    private struct Program: Decodable {
        let name: String
    }
}
