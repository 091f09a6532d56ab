import Foundation
import Glibc
import SwiftZMQ
import Testing

/// What must stay as small and as quick as it began, however long a program runs.
///
/// Memory is measured in processes of their own, as other tests allocate meanwhile.
@Suite(.timeLimit(.minutes(5))) struct GrowthTests {
    @Test
    func `A receive with a short timeout stays as quick beside one who waits for long`() async throws {
        let executor = try SocketExecutor(name: "zmq-short")
        let pull = try Pull(Context(executor: executor))
        try await run(on: executor) {
            let staying = Task(executorPreference: executor) { try await pull.receive() }
            defer { staying.cancel() }
            var early = Duration.seconds(1_000_000)
            var recent: [Duration] = []
            for batch in 0..<64 {
                // In processor time of the executor's thread, which a busy machine hardly changes.
                let before = processorTimeOfThread()
                for _ in 0..<250 { _ = await code { try await pull.receive(timeout: .zero) } }
                let duration = processorTimeOfThread() - before
                // The least of some, all the same.
                if batch < 8 { early = min(early, duration) }
                recent = recent.suffix(7) + [duration]
                if let late = recent.min(), late > early * 3 { break }
            }
            let late = try #require(recent.min())
            #expect(late < early * 1.8)
        }
    }

    @Test
    func `Those who leave the queue of one who stays leave no memory behind`() async {
        await #expect(processExitsWith: .success) {
            let pull = try Pull(Context())
            await withTaskExecutorPreference(SocketExecutor.shared) {
                let staying = Task(executorPreference: SocketExecutor.shared) { try await pull.receive() }
                func cancel(_ count: Int) async {
                    for _ in 0..<count {
                        let leaving = Task(executorPreference: SocketExecutor.shared) { try await pull.receive() }
                        await Task.yield()
                        leaving.cancel()
                        _ = await leaving.result
                    }
                }
                await cancel(2_000)
                let growth = await leastGrowth { await cancel(60_000) }
                staying.cancel()
                guard growth < 1 << 20 else { fail("\(growth) bytes more after 60,000 cancellations") }
            }
        }
    }

    @Test
    func `Many short timeouts beside a far deadline leave the executor nothing to do when that comes`()
        async throws
    {
        let executor = try SocketExecutor(name: "zmq-far")
        let pull = try Pull(Context(executor: executor))
        try await run(on: executor) {
            let wait = Duration.seconds(4)
            let start = ContinuousClock.now
            let staying = Task(executorPreference: executor) { await code { try await pull.receive(timeout: wait) } }
            await Task.yield()
            for _ in 0..<32_000 where ContinuousClock.now - start < wait - .milliseconds(500) {
                _ = await code { try await pull.receive(timeout: .zero) }
            }
            let before = processorTimeOfThread()
            #expect(await staying.value == .timedOut)
            #expect(processorTimeOfThread() - before < .milliseconds(10))
        }
    }

    enum IdleKind: String, CaseIterable, Codable { case publisher, pull, router }

    @Test(arguments: IdleKind.allCases)
    func `A socket that nobody waits for does not grow with its visitors`(kind: IdleKind) async {
        await #expect(processExitsWith: .success) { [kind] in
            let context = try Context()
            let (idle, endpoint): (any Socket, String)
            switch kind {
            case .publisher: idle = try Publisher(context)
            case .pull: idle = try Pull(context)
            case .router: idle = try Router(context)
            }
            endpoint = try idle.bind("tcp://127.0.0.1:*")
            func visit(_ count: Int) async throws {
                for _ in 0..<count {
                    let visitor: any Socket
                    switch kind {
                    case .publisher: visitor = try Subscriber(context, topics: [""])
                    case .pull: visitor = try Push(context)
                    case .router: visitor = try Dealer(context)
                    }
                    try await visitor.connectAndWait(endpoint, timeout: .seconds(20))
                    visitor.close()
                }
            }
            try await visit(300)
            let growth = try await leastGrowth { try await visit(700) }
            guard growth < 2 << 20 else { fail("\(growth) bytes more after 700 visitors") }
            withExtendedLifetime(idle) {}
        }
    }
}

/// How many bytes more this process takes after some work, the least of three times: what the work leaves behind shows
/// each time, and what the allocator keeps for a moment does not.
private func leastGrowth(_ work: () async throws -> Void) async rethrows -> Int {
    var least = Int.max
    for _ in 0..<3 {
        let before = residentBytes()
        try await work()
        least = min(least, residentBytes() - before)
    }
    return least
}

/// The memory of this process that is really there.
private func residentBytes() -> Int {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)
    let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    guard let pages else { fail("/proc/self/statm cannot be read") }
    return pages * sysconf(Int32(_SC_PAGESIZE))
}

private func processorTimeOfThread() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// Ends a process of a test's own, saying why.
private func fail(_ reason: String) -> Never {
    FileHandle.standardError.write(Data("\(reason)\n".utf8))
    exit(1)
}
