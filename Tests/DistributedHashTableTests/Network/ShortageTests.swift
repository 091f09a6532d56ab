import DistributedHashTable
import Foundation
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// Nodes that run out of something for a while.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ShortageTests {
    let programs = NodePrograms()

    /// Starts a node in a shell that limits it first.
    private func node(limitedBy limits: String, _ options: String = "") async throws -> NodePrograms.RunningNode {
        let kademlia = RunningProgram.productFolder.appending(path: "kademlia").path()
        let script = "\(limits); exec '\(kademlia)' node \(options)"
        return try await programs.joined(programs.keep(try RunningProgram("/bin/sh", ["-c", script])))
    }

    private func notices(of node: NodePrograms.RunningNode, with text: String) -> Int {
        node.program.errors.soFar.count { $0.contains(text) }
    }

    @Test func `A node whose disk is full goes on, and writes what it has kept once there is room`() async throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/data"
        // No file may grow beyond some 32 KiB. By default the signal that tells so ends the process.
        let limited = try await node(limitedBy: "trap '' XFSZ; ulimit -S -f 64", "--data '\(file)'")
        let values = (0..<6).map { String(repeating: "\($0)", count: 20_000) }
        for (number, value) in values.enumerated() {
            let stored = try await programs.run("store", "--join", limited.endpoint, "key \(number)", value)
            #expect(stored.output == ["stored key \(number) at 1 nodes"], "\(stored.errors)")
        }
        let failure = "values are kept in memory alone"
        try await limited.program.errors.wait(for: failure)
        let found = try await programs.run("find", "--join", limited.endpoint, "key 5")
        #expect(found.output == [values[5]])
        let processID = "\(limited.program.processID)"
        let room = programs.keep(
            try RunningProgram("/usr/bin/prlimit", ["--pid", processID, "--fsize=unlimited:"]))
        #expect(try await room.ending() == .exited(0))
        try await limited.program.errors.wait(for: "the data file is written again")
        #expect(notices(of: limited, with: failure) == 1)
        #expect(try await limited.end(SIGKILL) == .signalled(SIGKILL))
        let again = try await programs.node("--data", file)
        for (number, value) in values.enumerated() {
            let found = try await programs.run("find", "--join", again.endpoint, "key \(number)")
            #expect(found.output == [value], "key \(number)")
        }
    }

    @Test func `A node that has no descriptor for another connection goes on`() async throws {
        let limited = try await node(limitedBy: "ulimit -n 64")
        let address = try #require(PeerAddress(endpoint: limited.endpoint))
        let context = try Context()
        let claiming = try Dealer(context) { $0.linger = .zero }
        try claiming.connect(limited.endpoint)
        var generator = SeededRandom(seed: TestSeed.number)
        // Each says that it is reached where nobody listens, and the node asks there.
        for number: UInt32 in 1...100 {
            let claimed = PeerAddress(host: IPAddress(v4: 0x7F01_0000 + number), port: address.port)
            let ping = PeerMessage(
                number: UInt64(number), sender: .random(using: &generator), address: claimed, body: .ping)
            try await claiming.send(Frame(ping.encoded))
        }
        let failure = "cannot be connected to"
        try await limited.program.errors.wait(for: failure)
        claiming.close()
        // Connections that lead nowhere are closed after some seconds, which lets others in.
        var ping = try await programs.run("ping", limited.endpoint)
        for _ in 0..<20 where ping.ending != .exited(0) { ping = try await programs.run("ping", limited.endpoint) }
        #expect(ping.ending == .exited(0) && ping.output.first?.hasPrefix(limited.id) == true, "\(ping.errors)")
        #expect(notices(of: limited, with: failure) == 1)
        #expect(try await limited.end(SIGTERM) == .exited(0))
        await context.shutdown()
    }
}
