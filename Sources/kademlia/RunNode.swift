import ArgumentParser
import CommandLineSupport
import DistributedHashTable
import SwiftZMQ

/// `kademlia node`: a node of the table.
struct RunNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Be a node of the table until told to end.",
        discussion: """
            Prints `node ID on ENDPOINT` once it has joined. Whoever it joins through need not be there yet, and its name \
            need not be known: it is asked again and again. It may be named itself, so that all nodes can be started \
            alike. SIGTERM or Ctrl-C: hands over what only it holds, for 20 seconds at most, and ends; a second \
            one ends at once.

            With --data FILE it is the same node with the same values when it is started again.

            Exit status: 0 told to end, 1 it could not begin or go on, 64 wrong usage.
            """
    )

    @Option(help: ArgumentHelp("Where other nodes connect to. (default: tcp://127.0.0.1:0)", valueName: "endpoint"))
    var listen: EndpointArgument = "tcp://127.0.0.1:0"

    @Option(help: ArgumentHelp("The file in which the values are kept besides.", valueName: "file"))
    var data: String?

    @OptionGroup var options: JoinOptions

    func validate() throws {
        try listen.validate(for: "--listen", toBind: true)
        guard listen.text.hasPrefix("tcp://") else {
            throw ValidationError("--listen '\(listen)': nodes are reached by tcp://ADDRESS:PORT")
        }
        try options.curve.validate(binds: true, connects: !options.join.isEmpty, sharesKeys: false)
    }

    func run() async throws {
        OpenFiles.raiseLimit()
        let signals = await EndSignals(
            program: "kademlia node", loss: "ended at once; what only this node held is lost")
        let security = try options.curve.read()
        guard let others = try await addresses(security, signals) else { return }
        let context = try Context(maxSockets: 4096)
        try security.startAuthenticator(context) { Kademlia.say($0) }
        security.warn(of: [listen]) { Kademlia.say($0) }
        var settings = NetworkNodeSettings()
        settings.listen = listen.text
        settings.boundSecurity = security.bound
        settings.keys = security.ownKeys
        settings.dataFile = data
        settings.join = others
        settings.notice = { Kademlia.say($0) }
        let node = try NetworkNode(context, settings)
        if let address = node.address, address.host.isLoopback,
            others.contains(where: { !$0.host.isLoopback && !$0.host.isUnspecified })
        {
            Kademlia.say(
                "\(address) is within this machine, so that other nodes neither reach this one nor give it values; "
                    + "listen where they reach it: --listen tcp://*:0")
        }
        try await serve(node, signals)
        await context.shutdown()
    }

    /// The addresses of those through whom it joins, as soon as the name of one is known: it may come to be there later. Nil
    /// where it is told to end before.
    private func addresses(_ security: CurveSettings, _ signals: EndSignals) async throws -> [PeerAddress]? {
        var hasComplained = false
        while signals.received == nil {
            do {
                return try options.addresses(security)
            } catch let error as PeerAddress.Unresolved {
                if !hasComplained { Kademlia.say("\(error); still trying") }
                hasComplained = true
            }
            // Nobody tells when a name comes to be known.
            try await Task.sleep(for: .seconds(1))
        }
        return nil
    }

    private func serve(_ node: NetworkNode, _ signals: EndSignals) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: .sockets) { try await node.run() }
            group.addTask {
                do {
                    try await node.joined()
                } catch is NetworkNode.Ended {
                    return
                }
                StandardStreams.printLine("node \(node.id) on \(node.address?.endpoint ?? "")")
            }
            group.addTask {
                guard await signals.first() != nil else { return }
                await Self.leave(node)
                node.stop()
            }
            defer { group.cancelAll() }
            // Whatever goes wrong in one of them ends all.
            for try await _ in group {}
        }
    }

    /// Hands over what the node holds, for a while at most: whoever is told to end is killed otherwise.
    private static func leave(_ node: NetworkNode) async {
        let patience = Task {
            try await Task.sleep(for: .seconds(20))
            Kademlia.say("ending although not everything is handed over; nobody took it within 20 s")
            node.stop()
        }
        defer { patience.cancel() }
        // Ended already where it throws.
        guard let count = try? await node.leave(), count > 0 else { return }
        Kademlia.say("handed over \(count) value\(count == 1 ? "" : "s")")
    }
}
