import DistributedHashTable
import Glibc
import ProcessSupport

/// Nodes on two machines, that is in two network namespaces with a cable between them.
struct TwoSides {
    typealias Side = NetworkNamespaces.Side

    let network: NetworkNamespaces
    let programs: NodePrograms
    var generator: SeededRandom
    private(set) var left: [NodePrograms.RunningNode] = []
    private(set) var right: [NodePrograms.RunningNode] = []

    init(_ network: NetworkNamespaces, _ programs: NodePrograms) {
        self.network = network
        self.programs = programs
        generator = SeededRandom(seed: TestSeed.number)
    }

    func nodes(on side: Side) -> [NodePrograms.RunningNode] { side == .left ? left : right }

    /// Any node of a side.
    mutating func someone(on side: Side) throws -> NodePrograms.RunningNode {
        guard let node = nodes(on: side).randomElement(using: &generator) else {
            throw OutputLines.Ended(description: "there is no node on the \(side)")
        }
        return node
    }

    /// Starts a node, and waits until it has joined.
    mutating func start(on side: Side, joiningThrough others: [NodePrograms.RunningNode]) async throws {
        let arguments = ["node", "--listen", "tcp://\(side.address):0"] + others.flatMap { ["--join", $0.endpoint] }
        let node = try await programs.joined(programs.keep(try network.product(on: side, "kademlia", arguments)))
        if side == .left { left.append(node) } else { right.append(node) }
    }

    /// Kills a node of a side, and starts another there that joins through two that are left.
    mutating func replaceOne(on side: Side) async throws {
        let place = Int.random(in: nodes(on: side).indices, using: &generator)
        let victim = side == .left ? left.remove(at: place) : right.remove(at: place)
        _ = try await victim.end(SIGKILL)
        try await start(on: side, joiningThrough: [try someone(on: side), try someone(on: side)])
    }

    /// What a command prints on a side, line by line.
    func run(on side: Side, _ arguments: String...) async throws -> [String] {
        let program = programs.keep(try network.product(on: side, "kademlia", arguments))
        _ = try await program.ending()
        return try await program.output.all()
    }
}
