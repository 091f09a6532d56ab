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
}
