import SwiftZMQ
import Testing

@testable import MessagePassing

/// Communicators that a program has no value of any more.
@Suite(.timeLimit(.minutes(3))) struct ReleaseTests {
    private static func count(_ world: Communicator) -> Int {
        world.node.change { state, _ in state.core.engine.communicators.count }
    }

    @Test func `A program that splits again and again takes no more memory for it`() async throws {
        let counts = try await LocalWorld.run(2, heartbeat: .seconds(1)) { world -> [Int] in
            let kept = try #require(try await world.split(color: 0))
            for _ in 0..<50 {
                let part = try #require(try await world.split(color: 0))
                let partOfPart = try #require(try await part.split(color: part.rank))
                // Nobody receives it.
                try await part.send("lost", to: 1 - part.rank)
                try await partOfPart.barrier()
            }
            _ = try await world.shrink()
            let end = ContinuousClock.now + .seconds(60)
            while Self.count(world) > 2, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
            let sum = try await kept.allReduce(1, .sum)
            return [Self.count(world), sum]
        }
        #expect(counts == [[2, 2], [2, 2]])
    }

    @Test func `Of the communicators that are gone the last are remembered, and no more`() {
        var released = ReleasedCommunicators()
        let most = UInt64(ReleasedCommunicators.most)
        for id in 1...(3 * most + 7) {
            released.insert(id)
            released.insert(id)
            #expect(released.contains(id))
        }
        #expect(released.count == ReleasedCommunicators.most)
        #expect(!released.contains(2 * most + 7))
        #expect(released.contains(2 * most + 8))
    }

    @Test func `What still comes on a communicator that is gone is dropped, and counted`() {
        var engine = Engine(rank: 0, size: 2)
        var effects: [Engine.Effect] = []
        let part = CommunicatorID.part(of: CommunicatorID.world, sequence: 1, color: 0)
        engine.makeCommunicator(part, [0, 1], &effects)
        engine.release(part)
        engine.arrived(Header(communicator: part, tag: 0, .encoded), [Frame("late")], from: 1, &effects)
        #expect(engine.orphans.isEmpty)
        #expect(engine.receivedCounts == [0, 1])
        // The world goes on.
        engine.receive(MessagePattern(source: 1, tag: nil), in: CommunicatorID.world, as: 1, &effects)
        engine.arrived(Header(communicator: CommunicatorID.world, tag: 0, .encoded), [Frame("x")], from: 1, &effects)
        let ended = effects.compactMap { if case .end(let ticket, .message) = $0 { ticket } else { nil } }
        #expect(ended == [1])
    }
}
