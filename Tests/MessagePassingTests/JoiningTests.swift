import SwiftZMQ
import Testing

@testable import MessagePassing

/// How ranks come together, and who may not.
@Suite(.timeLimit(.minutes(3))) struct JoiningTests {
    /// All ranks do the same.
    private static func all(
        _ worlds: [Communicator], _ body: @escaping @Sendable (Communicator) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for world in worlds { group.addTask { try await body(world) } }
            try await group.waitForAll()
        }
    }

    /// Why a process cannot join.
    private static func refusal(_ configuration: WorldConfiguration) async -> String {
        do {
            let world = try await Communicator.world(configuration)
            try await world.finish(timeout: .zero)
            return "joined"
        } catch {
            return "\(error)"
        }
    }

    @Test func `A second process of a rank is refused, whenever it comes, and disturbs nobody`() async throws {
        let keys = try CurveKeyPair.generate()
        let rendezvous = try await LocalWorld.freeEndpoint()
        @Sendable func configuration(_ rank: Int) -> WorldConfiguration {
            var configuration = WorldConfiguration(rank: rank, size: 3, rendezvous: rendezvous, keys: keys)
            configuration.heartbeatInterval = .milliseconds(500)
            return configuration
        }
        let worlds: [Communicator] = try await withThrowingTaskGroup(of: Communicator.self) { group in
            for rank in [0, 1, 1] { group.addTask { try await Communicator.world(configuration(rank)) } }
            do {
                let world = try await group.next()
                Issue.record("\(String(describing: world)) is there, without rank 2")
            } catch {
                #expect("\(error)".contains("another process has joined as rank 1"), "\(error)")
            }
            group.addTask { try await Communicator.world(configuration(2)) }
            var worlds: [Communicator] = []
            for try await world in group { worlds.append(world) }
            return worlds
        }
        #expect(worlds.map(\.rank).sorted() == [0, 1, 2])
        for rank in [1, 2] {
            let said = await Self.refusal(configuration(rank))
            #expect(said.contains("this world of 3 has come together already"), "\(said)")
        }
        // Whose connections had been taken over would be given up within some heartbeats.
        let end = ContinuousClock.now + .seconds(3)
        while ContinuousClock.now < end { try await Self.all(worlds) { try await $0.barrier() } }
        try await Self.all(worlds) { try await $0.finish() }
    }

    @Test func `Those that have come learn who has not`() async throws {
        let keys = try CurveKeyPair.generate()
        let rendezvous = try await LocalWorld.freeEndpoint()
        @Sendable func configuration(_ rank: Int, _ timeout: Duration) -> WorldConfiguration {
            var configuration = WorldConfiguration(rank: rank, size: 3, rendezvous: rendezvous, keys: keys)
            configuration.joinTimeout = timeout
            return configuration
        }
        async let zero = Self.refusal(configuration(0, .seconds(5)))
        async let one = Self.refusal(configuration(1, .seconds(120)))
        let said = await [zero, one]
        #expect(said[0].hasPrefix("notJoined: rank 2 did not come in time"), "\(said)")
        #expect(said[1].hasPrefix("notJoined: rank 0 refused: rank 2 did not come in time"), "\(said)")
    }

    @Test func `Sockets have room for all to connect at once, and connections on which nothing is sent are kept alive`()
        async throws
    {
        let rendezvous = try await LocalWorld.freeEndpoint()
        let configuration = WorldConfiguration(rank: 0, size: 200, rendezvous: rendezvous, keys: try .generate())
        let sockets = try Sockets(configuration)
        #expect(try sockets.control.option(\.backlog) == 200)
        #expect(try sockets.data.option(\.backlog) == 200)
        let link = try sockets.connectData(to: sockets.own)
        #expect(try link.dealer.option(\.usesTCPKeepAlive) == true)
        #expect(try link.dealer.option(\.tcpKeepAliveIdle) == .seconds(60))
        await sockets.close()
    }

    // MARK: Being heard

    /// What two ranks of one world are told.
    private static func configurations(
        _ change: (inout WorldConfiguration) -> Void
    ) async throws -> [WorldConfiguration] {
        let keys = try CurveKeyPair.generate()
        let rendezvous = try await LocalWorld.freeEndpoint()
        return (0..<2).map { rank in
            var configuration = WorldConfiguration(rank: rank, size: 2, rendezvous: rendezvous, keys: keys)
            change(&configuration)
            return configuration
        }
    }

    /// A rank of two, in parts: it joins, and nothing is heard of it yet.
    private static func parts(of configuration: WorldConfiguration) async throws -> Sockets {
        let sockets = try Sockets(configuration)
        let roster = try await sockets.join(configuration)
        #expect(roster.map(\.rank) == [0, 1])
        return sockets
    }

    @Test func `A rank is not taken for dead before it has been heard once`() async throws {
        let configurations = try await Self.configurations { $0.heartbeatInterval = .milliseconds(200) }
        async let zero = Communicator.world(configurations[0])
        let sockets = try await Self.parts(of: configurations[1])
        // Many more than three heartbeats, as a machine may take that starts very many processes at once.
        try await Task.sleep(for: .seconds(2))
        let link = try sockets.connectControl(to: configurations[1].rendezvous)
        try await link.dealer.send(Message(ControlMessage.heartbeat([]).frames))
        let world = try await zero
        #expect(world.node.change { state, _ in state.gone.isEmpty })
        await world.node.abandon()
        await sockets.close()
    }

    @Test func `A rank that has joined and is not heard is named`() async throws {
        let configurations = try await Self.configurations { $0.joinTimeout = .seconds(5) }
        async let zero = Self.refusal(configurations[0])
        let sockets = try await Self.parts(of: configurations[1])
        let said = await zero
        #expect(said.hasPrefix("notJoined: rank 1 joined, and nothing was heard of it within 5.0 seconds"), "\(said)")
        await sockets.close()
    }
}
