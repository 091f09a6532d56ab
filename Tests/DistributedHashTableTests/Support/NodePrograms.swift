import Foundation
import ProcessSupport

/// `kademlia` as processes, which end with the test.
final class NodePrograms: Sendable {
    /// A node that has joined.
    struct RunningNode: Sendable {
        let program: RunningProgram
        let id: String
        let endpoint: String

        func end(_ signal: Int32) async throws -> RunningProgram.Ending {
            program.signal(signal)
            return try await program.ending()
        }
    }

    private let started = Watched<[RunningProgram]>([])

    func start(_ arguments: [String]) throws -> RunningProgram {
        keep(try RunningProgram.product("kademlia", arguments))
    }

    /// Lets a process live as long as the test.
    func keep(_ program: RunningProgram) -> RunningProgram {
        started.change { $0.append(program) }
        return program
    }

    /// Waits until a program says that it has joined.
    func joined(_ program: RunningProgram) async throws -> RunningNode {
        let words = try await program.output.wait(for: "node ").split(separator: " ").map(String.init)
        guard words.count == 4, words[2] == "on" else {
            throw OutputLines.Ended(description: "not `node ID on ENDPOINT`: \(words)")
        }
        return RunningNode(program: program, id: words[1], endpoint: words[3])
    }

    func node(_ arguments: String...) async throws -> RunningNode {
        try await joined(start(["node"] + arguments))
    }

    /// So many nodes, all but the first of which join through that.
    func nodes(_ count: Int) async throws -> [RunningNode] {
        var nodes = [try await node()]
        while nodes.count < count {
            let more = try (0..<min(5, count - nodes.count)).map { _ in
                try start(["node", "--join", nodes[0].endpoint])
            }
            for program in more { nodes.append(try await joined(program)) }
        }
        return nodes
    }

    /// What a command prints, line by line, and how it ends.
    func run(_ arguments: String...) async throws -> (ending: RunningProgram.Ending, output: [String], errors: [String])
    {
        let program = try start(arguments)
        program.endInput()
        return (try await program.ending(), try await program.output.all(), try await program.errors.all())
    }
}
