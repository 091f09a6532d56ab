import DistributedHashTable
import ProcessSupport
import SwiftZMQ
import Testing

/// How commands end that have not done what they were asked for.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ExitStatusTests {
    let programs = NodePrograms()

    @Test func `A command that no node answers says so and ends with 1`() async throws {
        let context = try Context()
        // It lets everybody connect, and says nothing.
        let silent = try Router(context) { $0.linger = .zero }
        let endpoint = try silent.bind("tcp://127.0.0.1:0")
        let join = ["--join", endpoint]
        let commands = [
            ["store"] + join + ["colour", "green"], ["find"] + join + ["colour"],
            ["neighbours"] + join + [NodeID.zero.description],
        ]
        let running = try commands.map { try programs.start($0) }
        for (command, program) in zip(commands, running) {
            #expect(try await program.ending() == .exited(1), "\(command)")
            #expect(try await program.output.all() == [], "\(command)")
            let errors = try await program.errors.all()
            #expect(errors.count == 1, "\(errors)")
            #expect(errors.first?.contains("no answer from \(endpoint) in 10 s") == true, "\(errors)")
        }
        silent.close()
        await context.shutdown()
    }

    @Test func `A value that no node has room for is stored nowhere, and store ends with 1`() async throws {
        let context = try Context()
        var settings = NetworkNodeSettings()
        settings.listen = "tcp://127.0.0.1:0"
        settings.node.mostValues = 0
        let node = try NetworkNode(context, settings)
        let running = Task(executorPreference: .sockets) { try await node.run() }
        let endpoint = try #require(node.address?.endpoint)
        let stored = try await programs.run("store", "--join", endpoint, "colour", "green")
        #expect(stored.ending == .exited(1) && stored.output.isEmpty)
        #expect(stored.errors == ["kademlia: colour: no node took it; they are full, or none is left"])
        node.stop()
        try await running.value
        await context.shutdown()
    }
}
