import Foundation
import ProcessSupport
import Synchronization
import Testing

@testable import SwiftZMQ

/// The lock around each socket, in both ways of releasing it.
@Suite struct LockTests {
    static let ways = Lock.hasFenceEverywhere ? [true, false] : [true]

    @Test(arguments: ways)
    func `Threads that count under the lock lose nothing`(releasesWithFence: Bool) async throws {
        let shared = Shared(Locked(0, lock: Lock(releasesWithFence: releasesWithFence)))
        let threads = 8
        let turns = 20_000
        try await withThrowingTaskGroup { group in
            for _ in 0..<threads {
                group.addTask {
                    try await onThread { for _ in 0..<turns { shared.value.withLock { $0 += 1 } } }
                }
            }
            try await group.waitForAll()
        }
        #expect(shared.value.withLock { $0 } == threads * turns)
        #expect(shared.value.sleepers == 0)
    }

    @Test(arguments: ways)
    func `A thread that sleeps is woken by the release, each time`(releasesWithFence: Bool) async throws {
        let shared = Shared(Locked(0, lock: Lock(releasesWithFence: releasesWithFence)))
        for turn in 0..<50 {
            let release = DispatchSemaphore(value: 0)
            let isTaken = DispatchSemaphore(value: 0)
            async let holder: Void = onThread {
                shared.value.withLock { value in
                    isTaken.signal()
                    release.wait()
                    value += 1
                }
            }
            async let sleepers: Void = withThrowingTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await onThread {
                            isTaken.wait()
                            isTaken.signal()
                            shared.value.withLock { $0 += 1 }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await eventually { shared.value.sleepers == 3 })
            release.signal()
            _ = try await (holder, sleepers)
            #expect(shared.value.withLock { $0 } == 4 * (turn + 1))
        }
    }

    @Test(arguments: ways)
    func `Threads that hand the lock to each other never sleep on`(releasesWithFence: Bool) async throws {
        // What is held for longer than a thread spins, so that there are sleepers at almost every release.
        let shared = Shared(Locked(0, lock: Lock(releasesWithFence: releasesWithFence)))
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    try await onThread {
                        for _ in 0..<500 {
                            shared.value.withLock { value in
                                value += 1
                                sched_yield()
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(shared.value.withLock { $0 } == 2000)
    }
}

/// What several threads have.
private final class Shared<Value: ~Copyable & Sendable>: Sendable {
    let value: Value

    init(_ value: consuming Value) {
        self.value = value
    }
}
