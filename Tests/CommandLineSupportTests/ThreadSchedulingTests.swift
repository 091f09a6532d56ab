import CommandLineSupport
import Foundation
import Testing

@Suite struct ThreadSchedulingTests {
    @Test func `A thread that favours throughput, and those it starts, are of the batch policy`() async throws {
        let policies = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                ThreadScheduling.favourThroughput()
                let own = sched_getscheduler(0)
                Thread.detachNewThread { continuation.resume(returning: [own, sched_getscheduler(0)]) }
            }
        }
        #expect(policies == [3, 3])
    }

    @Test func `A thread that was given another policy keeps it`() async {
        let idle: Int32 = 5
        let policy = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var parameters = sched_param()
                _ = sched_setscheduler(0, idle, &parameters)
                ThreadScheduling.favourThroughput()
                continuation.resume(returning: sched_getscheduler(0))
            }
        }
        #expect(policy == idle)
    }
}
