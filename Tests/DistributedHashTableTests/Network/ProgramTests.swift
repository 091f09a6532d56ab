import DistributedHashTable
import Foundation
import Glibc
import ProcessSupport
import Testing

/// The commands, as processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProgramTests {
    let programs = NodePrograms()

    @Test func `What is stored through one node is found through every other`() async throws {
        let nodes = try await programs.nodes(4)
        let stored = try await programs.run("store", "--join", nodes[1].endpoint, "colour", "green")
        #expect(stored.ending == .exited(0), "\(stored.errors)")
        #expect(stored.output == ["stored colour at 4 nodes"])
        for node in nodes {
            let found = try await programs.run("find", "--join", node.endpoint, "colour")
            #expect(found.ending == .exited(0) && found.output == ["green"] && found.errors.isEmpty)
        }
        let missing = try await programs.run("find", "--join", nodes[2].endpoint, "shape")
        #expect(missing.ending == .exited(1) && missing.output.isEmpty)
        #expect(missing.errors == ["kademlia: shape: nobody has it"])
        for node in nodes { #expect(try await node.end(SIGTERM) == .exited(0)) }
    }

    @Test func `A value goes in by standard input and comes out as it is`() async throws {
        let nodes = try await programs.nodes(2)
        let folder = try TemporaryFolder()
        var generator = SeededRandom(seed: 3)
        let bytes = (0..<StoredValue.mostBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try Data(bytes).write(to: URL(filePath: "\(folder.path)/value"))
        let kademlia = RunningProgram.productFolder.appending(path: "kademlia").path()
        let script = """
            '\(kademlia)' store --join \(nodes[0].endpoint) picture - < '\(folder.path)/value' \
            && '\(kademlia)' find --join \(nodes[1].endpoint) picture > '\(folder.path)/found'
            """
        let shell = programs.keep(try RunningProgram("/bin/sh", ["-c", script]))
        #expect(try await shell.ending() == .exited(0))
        #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/found")) == Data(bytes))
        let empty = try await programs.run("store", "--join", nodes[0].endpoint, "nothing", "")
        #expect(empty.output == ["stored nothing at 2 nodes"])
        let found = try await programs.run("find", "--join", nodes[1].endpoint, "nothing")
        #expect(found.ending == .exited(0) && found.output.isEmpty)
        let long = programs.keep(
            try RunningProgram(
                "/bin/sh",
                ["-c", "head -c 65537 /dev/zero | '\(kademlia)' store --join \(nodes[0].endpoint) long -"]))
        #expect(try await long.ending() == .exited(64))
    }

    @Test func `ping and neighbours say who is there`() async throws {
        let nodes = try await programs.nodes(3)
        let ping = try await programs.run("ping", nodes[1].endpoint)
        #expect(ping.ending == .exited(0))
        #expect(ping.output.first?.hasPrefix("\(nodes[1].id) ") == true && ping.output.first?.hasSuffix(" ms") == true)
        let id = NodeID(hashing: "colour".utf8)
        let neighbours = try await programs.run("neighbours", "--join", nodes[0].endpoint, id.description)
        let expected = nodes.sorted { one, other in
            guard let one = NodeID(one.id), let other = NodeID(other.id) else { return false }
            return one.distance(to: id) < other.distance(to: id)
        }
        #expect(neighbours.output == expected.map { "\($0.id) \($0.endpoint)" })
        #expect(try await programs.run("neighbours", "--join", nodes[0].endpoint, "xyz").ending == .exited(64))
        #expect(try await nodes[1].end(SIGKILL) == .signalled(SIGKILL))
        let gone = try await programs.run("ping", nodes[1].endpoint)
        #expect(gone.ending == .exited(1) && gone.output.isEmpty)
    }

    @Test func `A node that is told to end hands over what only it holds`() async throws {
        let first = try await programs.node()
        for number in 0..<20 {
            let stored = try await programs.run("store", "--join", first.endpoint, "key \(number)", "value \(number)")
            #expect(stored.output == ["stored key \(number) at 1 nodes"])
        }
        let others = try await programs.nodes(3)
        // The two networks meet: who has the values hears of the other only now.
        let bridge = try await programs.node("--join", first.endpoint, "--join", others[0].endpoint)
        #expect(try await first.end(SIGTERM) == .exited(0))
        #expect(try await bridge.end(SIGTERM) == .exited(0))
        for number in 0..<20 {
            let found = try await programs.run("find", "--join", others[1].endpoint, "key \(number)")
            #expect(found.output == ["value \(number)"])
        }
    }

    @Test func `What a node stores survives its restart, and its file belongs to one node`() async throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/data"
        let node = try await programs.node("--data", file)
        for number in 0..<5 {
            _ = try await programs.run("store", "--join", node.endpoint, "key \(number)", "value \(number)")
        }
        let second = try await programs.run("node", "--data", file)
        #expect(second.ending == .exited(1))
        #expect(second.errors.contains { $0.contains("another node has it") }, "\(second.errors)")
        #expect(try await node.end(SIGKILL) == .signalled(SIGKILL))
        let again = try await programs.node("--data", file)
        #expect(again.id == node.id)
        for number in 0..<5 {
            let found = try await programs.run("find", "--join", again.endpoint, "key \(number)")
            #expect(found.output == ["value \(number)"])
        }
    }

    /// ethereum/go-ethereum#31208, worldcoin/world-chain#733: a name that is not known keeps a node from joining through others.
    @Test func `Of those who are named one whose name is known is enough`() async throws {
        let node = try await programs.node()
        let unknown = ["--join", "tcp://no.such.host.invalid:7001"]
        let joins = unknown + ["--join", node.endpoint]
        let stored = try programs.start(["store"] + joins + ["colour", "green"])
        #expect(try await stored.ending() == .exited(0))
        let errors = try await stored.errors.all()
        #expect(errors.count == 1 && errors.first?.contains("no.such.host.invalid") == true, "\(errors)")
        let second = try await programs.joined(programs.start(["node"] + joins))
        #expect(try await second.end(SIGTERM) == .exited(0))
        let none = try programs.start(["find"] + unknown + ["colour"])
        #expect(try await none.ending() == .exited(1))
        #expect(try await none.errors.all().count == 1)
        // A node waits until the name of one is known.
        let waiting = try programs.start(["node"] + unknown)
        try await waiting.errors.wait(for: "no.such.host.invalid", "still trying")
        waiting.signal(SIGTERM)
        #expect(try await waiting.ending() == .exited(0))
    }

    @Test func `A node says that another has its identifier`() async throws {
        let folder = try TemporaryFolder()
        let first = try await programs.node("--data", "\(folder.path)/data")
        try FileManager.default.copyItem(atPath: "\(folder.path)/data", toPath: "\(folder.path)/copy")
        let copy = try programs.start(["node", "--data", "\(folder.path)/copy", "--join", first.endpoint])
        try await copy.errors.wait(for: "\(first.endpoint) has this node's identifier")
        copy.signal(SIGTERM)
        #expect(try await copy.ending() == .exited(0))
        #expect(try await first.end(SIGTERM) == .exited(0))
    }

    @Test func `A node that nodes on other machines cannot reach says so`() async throws {
        // An address of which nobody is, for documentation (RFC 5737).
        let node = try programs.start(["node", "--join", "tcp://192.0.2.1:7001"])
        try await node.errors.wait(for: "is within this machine", "--listen tcp://*:0")
        node.signal(SIGTERM)
        #expect(try await node.ending() == .exited(0))
    }

    @Test func `Wrong usage ends with 64 and one line`() async throws {
        for arguments in [
            ["store", "colour", "green"], ["find", "--join", "ipc:///tmp/x", "colour"], ["ping", "nowhere"],
            ["node", "--listen", "ipc:///tmp/x"], ["simulate", "--fail", "150%"], ["simulate", "--churn", "10%"],
            ["bench", "--nodes", "0"], ["node", "--curve-secret-key", "x"],
        ] {
            let program = try programs.start(arguments)
            #expect(try await program.ending() == .exited(64), "\(arguments)")
            #expect(try await program.errors.all().count == 1, "\(arguments)")
        }
    }

    @Test func `simulate and bench print one object of JSON`() async throws {
        let members = [
            "nodes", "failed_fraction", "churn_per_minute", "seed", "lookups", "rounds_median", "rounds_max",
            "messages_per_lookup", "found_fraction", "lost_values", "bytes_per_node", "seconds",
        ]
        let arguments = ["--nodes", "30", "--values", "20", "--fail", "50%", "--seed", "5", "--format", "json"]
        let program = try programs.start(["simulate"] + arguments)
        #expect(try await program.ending() == .exited(0))
        let text = try await program.output.all().joined()
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object.map { Set($0.keys) } == Set(members))
        #expect(object?["found_fraction"] as? Double == 1 && object?["lost_values"] as? Int == 0)
        let bench = try await programs.run("bench", "--nodes", "4", "--values", "20", "--format", "json")
        #expect(bench.ending == .exited(0), "\(bench.errors)")
        let result =
            try JSONSerialization.jsonObject(with: Data(bench.output.joined().utf8)) as? [String: Any]
        #expect(result?["found_fraction"] as? Double == 1 && result?["found_fraction_after_kill"] as? Double == 1)
    }

    @Test func `The same seed gives the same history in another process`() async throws {
        // Each process has its own order of whatever lies in a Set or a Dictionary.
        let kademlia = RunningProgram.productFolder.appending(path: "kademlia").path()
        let arguments = [
            "-u", "SWIFT_DETERMINISTIC_HASHING", kademlia, "simulate", "--nodes", "40", "--values", "40", "--seed", "5",
            "--churn", "20%/min", "--duration", "2m",
        ]
        let runs = try (0..<2).map { _ in programs.keep(try RunningProgram("/usr/bin/env", arguments)) }
        var tables: [[String]] = []
        for run in runs {
            #expect(try await run.ending() == .exited(0))
            // The processor's time alone is not a matter of the seed.
            tables.append(try await run.output.all().filter { !$0.hasPrefix("seconds ") })
        }
        #expect(tables[0] == tables[1])
        #expect(tables[0].contains { $0.hasPrefix("simulated_messages ") }, "\(tables[0])")
    }
}
