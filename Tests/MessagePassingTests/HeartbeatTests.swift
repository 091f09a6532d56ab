import Glibc
import MessagePassing
import Testing

/// What heartbeats do, with real sockets and clocks.
@Suite(.timeLimit(.minutes(3))) struct HeartbeatTests {
    @Test func `A reduction that takes longer than three heartbeats kills nobody`() async throws {
        let sums = try await LocalWorld.run(3, heartbeat: .milliseconds(500)) { world in
            // On the thread that takes messages, under the lock of what the rank is doing.
            try await world.allReduce(
                1,
                Reduction<Int> {
                    usleep(2_000_000)
                    return $0 + $1
                })
        }
        #expect(sums == [3, 3, 3])
    }
    @Test func `Where each waits for the other in an operation of its own, heartbeats tell`() async throws {
        let results = try await LocalWorld.run(2, heartbeat: .seconds(1)) { world -> String in
            do {
                // Rank 0 waits for a message of rank 1, which waits for one of rank 0.
                _ = try await world.reduce(1, .sum, to: world.rank, timeout: .seconds(60))
                return "nothing thrown"
            } catch {
                return "\(error)"
            }
        }
        #expect(results[0].hasPrefix("mismatch: "), "\(results)")
        #expect(results[0].contains("sum to rank 0; rank 1: "), "\(results)")
        #expect(results[1] == results[0])
    }
}
