import Foundation
import Glibc
import ProcessSupport
import Testing

/// Nodes on two machines, and the cable between them pulled.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled("needs root and ip netns", { await NetworkNamespaces.areAvailable }))
struct CutNetworkTests {
    let programs = NodePrograms()

    @Test func `While the link is cut both sides go on, and afterwards each finds what the other has stored`()
        async throws
    {
        try await NetworkNamespaces.with { network in
            func start(_ side: NetworkNamespaces.Side, _ joins: [String]) async throws -> NodePrograms.RunningNode {
                let listen = ["node", "--listen", "tcp://\(side.address):0"]
                return try await programs.joined(
                    programs.keep(try network.product(on: side, "kademlia", listen + joins)))
            }
            func run(_ side: NetworkNamespaces.Side, _ arguments: [String]) async throws -> [String] {
                let program = programs.keep(try network.product(on: side, "kademlia", arguments))
                _ = try await program.ending()
                return try await program.output.all()
            }
            let first = try await start(.left, [])
            var left = [first]
            var right: [NodePrograms.RunningNode] = []
            for _ in 0..<4 {
                left.append(try await start(.left, ["--join", first.endpoint]))
                right.append(try await start(.right, ["--join", first.endpoint]))
            }
            #expect(try await run(.left, ["store", "--join", first.endpoint, "common", "both"]) != [])
            try await network.pullCable()
            let onLeft = try await run(.left, ["store", "--join", left[1].endpoint, "left", "of the left"])
            let onRight = try await run(.right, ["store", "--join", right[1].endpoint, "right", "of the right"])
            #expect(onLeft != [] && onRight != [])
            #expect(try await run(.left, ["find", "--join", left[2].endpoint, "common"]) == ["both"])
            #expect(try await run(.right, ["find", "--join", right[2].endpoint, "common"]) == ["both"])
            // Long enough for both to have given each other up.
            try await Task.sleep(for: .seconds(TestSeed.setting("DHT_CUT_SECONDS", 10)))
            try await network.plugCable()
            for (side, nodes, key, value) in [
                (NetworkNamespaces.Side.left, left, "right", "of the right"), (.right, right, "left", "of the left"),
            ] {
                for node in nodes {
                    while try await run(side, ["find", "--join", node.endpoint, key]) != [value] {}
                    #expect(try await run(side, ["find", "--join", node.endpoint, "common"]) == ["both"])
                }
            }
            for node in left + right { #expect(try await node.end(SIGTERM) == .exited(0)) }
        }
    }
}
