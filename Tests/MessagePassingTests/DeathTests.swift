import SwiftZMQ
import Testing

@testable import MessagePassing

/// What others have of a rank that throws, of one that calls twice, and of one that does not belong to them.
@Suite(.timeLimit(.minutes(3))) struct DeathTests {
    private struct Refused: Error {}

    @Test func `A rank that throws is not waited for, and a communicator without it goes on`() async throws {
        // With heartbeats so rare nobody would miss it within the time of the test.
        let results = try await LocalWorld.join(4, heartbeat: .seconds(120)) { world -> [String] in
            do {
                return try await Communicator.withWorld(world) { world in
                    let half = try #require(try await world.split(color: world.rank / 2))
                    guard world.rank < 3 else {
                        for rank in 0..<3 { let _: Int = try await world.receive(from: rank) }
                        throw Refused()
                    }
                    try await world.send(world.rank, to: 3)
                    var said: [String] = []
                    do { try await world.barrier() } catch { said.append("\(error)") }
                    do { said.append("\(try await half.allReduce(1, .sum))") } catch { said.append("\(error)") }
                    return said
                }
            } catch {
                return ["\(type(of: error))"]
            }
        }
        #expect(results[0] == ["\(MessagePassingError.rankFailed([3]))", "2"])
        #expect(results[1] == results[0])
        // It is rank 1 of the second half.
        #expect(results[2] == ["\(MessagePassingError.rankFailed([3]))", "\(MessagePassingError.rankFailed([1]))"])
        #expect(results[3] == ["Refused"])
    }

    @Test func `A second collective operation on a communicator is refused while the first goes on`() async throws {
        _ = try await LocalWorld.run(2) { world in
            guard world.rank == 0 else {
                let _: String = try await world.receive(from: 0)
                try await world.barrier()
                return
            }
            let ends = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        do {
                            try await world.barrier()
                            return "done"
                        } catch {
                            return "\(error)"
                        }
                    }
                }
                // The one that came second; the other waits for rank 1.
                var ends = [try await group.next() ?? ""]
                try await world.send("come", to: 1)
                ends.append(try await group.next() ?? "")
                return ends
            }
            #expect(ends[0].hasPrefix("busy: barrier while barrier goes on"), "\(ends)")
            #expect(ends[1] == "done")
        }
    }

    @Test func `A stranger is not let in where messages are taken`() async throws {
        _ = try await LocalWorld.run(2) { world in
            guard world.rank == 0 else {
                try await world.send(world.node.sockets?.own.data ?? "", to: 0)
                let text: String = try await world.receive(from: 0)
                #expect(text == "real")
                #expect(try world.tryProbe() == nil)
                try await world.barrier()
                return
            }
            let endpoint: String = try await world.receive(from: 1)
            let context = try Context()
            for password in [nil, "guessed"] {
                let stranger = try Dealer(context) {
                    if let password { $0.security = .plainClient(username: "rank", password: password) }
                    $0.routingID = RankName.frame(0)
                    $0.linger = .zero
                }
                await #expect { try await stranger.connectAndWait(endpoint, timeout: .seconds(60)) } throws: { error in
                    let code = (error as? ZMQError)?.code
                    return code == .accessDenied || code == .protocolError
                }
                let header = Header(communicator: CommunicatorID.world, tag: 0, .encoded)
                let frames = [Frame("\"forged\"")]
                _ = try stranger.trySend(Message(header.frame, followedBy: frames))
            }
            await context.shutdown()
            try await world.send("real", to: 1)
            try await world.barrier()
        }
    }
}
