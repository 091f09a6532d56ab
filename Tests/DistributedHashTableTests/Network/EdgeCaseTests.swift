import Foundation
import Glibc
import ProcessSupport
import Testing

/// What is out of the ordinary, and no fault of anybody.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EdgeCaseTests {
    let programs = NodePrograms()

    /// Words of a shell.
    @Test(
        arguments: [
            "''", "-- -", "-- --join", "\"$(printf '\\377\\001\\200')\"",
            "\"$(head -c 100000 /dev/zero | tr '\\0' k)\"",
        ])
    func `Any bytes make a key: none, many, and such as are no text`(key: String) async throws {
        let node = try await programs.node()
        let kademlia = RunningProgram.productFolder.appending(path: "kademlia").path()
        let script = """
            '\(kademlia)' store --join \(node.endpoint) \(key) green && '\(kademlia)' find --join \(node.endpoint) \(key)
            """
        let shell = programs.keep(try RunningProgram("/bin/sh", ["-c", script]))
        #expect(try await shell.ending() == .exited(0), "\(shell.errors.soFar)")
        let output = try await shell.output.all()
        #expect(output.count == 2 && output.last == "green", "\(output.map { $0.prefix(100) })")
    }

    @Test func `Nodes find each other by addresses of IPv6`() async throws {
        let listen = ["--listen", "tcp://[::1]:0"]
        let first = try await programs.joined(programs.start(["node"] + listen))
        #expect(first.endpoint.hasPrefix("tcp://[::1]:"))
        let second = try await programs.joined(programs.start(["node", "--join", first.endpoint] + listen))
        let stored = try await programs.run("store", "--join", second.endpoint, "colour", "green")
        #expect(stored.output == ["stored colour at 2 nodes"])
        #expect(try await first.end(SIGTERM) == .exited(0))
        let found = try await programs.run("find", "--join", second.endpoint, "colour")
        #expect(found.output == ["green"])
    }

    @Test func `A node that was stopped for a while goes on`() async throws {
        let nodes = try await programs.nodes(3)
        nodes[1].program.signal(SIGSTOP)
        let stored = try await programs.run("store", "--join", nodes[0].endpoint, "colour", "green")
        nodes[1].program.signal(SIGCONT)
        #expect(stored.output == ["stored colour at 2 nodes"])
        let found = try await programs.run("find", "--join", nodes[1].endpoint, "colour")
        #expect(found.output == ["green"])
        for node in nodes { #expect(try await node.end(SIGTERM) == .exited(0)) }
    }
}
