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
}
