import Foundation
import ProcessSupport
import SwiftZMQ
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct LifetimeTests {
    @Test func `Closing wakes those who wait and closing twice is fine`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context)
        let receiving = Task { await code { try await pull.receive() } }
        let sending = Task { await code { try await push.send("x") } }
        let looping = Task {
            for try await _ in pull.messages {}
            return true
        }
        try await letOthersWait()
        pull.close()
        push.close()
        pull.close()
        #expect(await receiving.value == .closed)
        #expect(await sending.value == .closed)
        #expect(try await looping.value)
        #expect(pull.isClosed && push.isClosed)
    }

    @Test func `A closed socket refuses everything by name`() async throws {
        let dealer = try Dealer(Context())
        dealer.close()
        #expect(await code { try await dealer.receive() } == .closed)
        #expect(await code { try await dealer.send("x") } == .closed)
        #expect(code { try dealer.tryReceive() } == .closed)
        #expect(code { try dealer.trySend("x") } == .closed)
        #expect(code { try dealer.bind("tcp://127.0.0.1:*") } == .closed)
        #expect(code { try dealer.connect("tcp://127.0.0.1:1") } == .closed)
        #expect(code { try dealer.setOption(\.linger, to: .zero) } == .closed)
        #expect(code { try dealer.option(\.linger) } == .closed)
        #expect(code { try dealer.lastEndpoint } == .closed)
    }

    @Test func `A shutdown wakes everyone with terminated`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context)
        let receiving = Task { await code { try await pull.receive() } }
        let sending = Task { await code { try await push.send("x") } }
        let blocked = try await BlockedThread { try pull.blocking.receive() }
        let timed = Task { await code { try await pull.receive(timeout: .seconds(100)) } }
        let looping = Task {
            for try await _ in pull.messages {}
            return true
        }
        try await letOthersWait()
        await context.shutdown()
        #expect(await receiving.value == .terminated)
        #expect(await sending.value == .terminated)
        #expect(await timed.value == .terminated)
        #expect(await blocked.code == .terminated)
        #expect(try await looping.value)
        #expect(code { try Pull(context) } == .terminated)
        #expect(await code { try await pull.receive() } == .terminated)
        await context.shutdown()
    }

    @Test func `Several tasks can shut a context down and all see its end`() async throws {
        let context = try Context()
        let sockets = try (0..<10).map { _ in try Pull(context) }
        await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { await context.shutdown() } }
        }
        for socket in sockets { #expect(socket.isClosed) }
    }

    @Test func `A shutdown with unsent messages takes no longer than their linger`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .milliseconds(200) }
        try push.connect("tcp://127.0.0.1:1")
        for number in 0..<10 { try await push.send("nobody will read \(number)") }
        let started = ContinuousClock.now
        await context.shutdown()
        let taken = ContinuousClock.now - started
        #expect(taken >= .milliseconds(150))
        #expect(taken < .seconds(30))
    }

    @Test func `A shutdown without a limit to linger waits until a peer has taken what was sent`() async throws {
        let folder = try TemporaryFolder()
        let endpoint = "ipc://\(folder.path)/late"
        let context = try Context()
        let push = try Push(context) { $0.linger = nil }
        try push.connect(endpoint)
        try await push.send("some day")
        let isOver = Mutex(false)
        let ending = Task {
            await context.shutdown()
            isOver.withLock { $0 = true }
        }
        try await Task.sleep(for: .milliseconds(200))
        #expect(!isOver.withLock { $0 })
        let pull = try Pull(Context())
        try pull.bind(endpoint)
        #expect(try await pull.receive(timeout: .seconds(20)) == ["some day"])
        await ending.value
    }

    @Test func `What was sent before a shutdown arrives`() async throws {
        let receiving = try Context()
        let pull = try Pull(receiving)
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let sending = try Context()
        let push = try Push(sending)
        try push.connect(endpoint)
        for number in 0..<500 { try await push.send("\(number)") }
        await sending.shutdown()
        for number in 0..<500 { #expect(try await pull.receive() == ["\(number)"]) }
    }

    @Test func `A forgotten socket gives its endpoint free`() async throws {
        let context = try Context()
        var endpoint = ""
        do {
            let pull = try Pull(context)
            endpoint = try pull.bind("tcp://127.0.0.1:*")
        }
        let next = try Pull(context)
        #expect(try await eventually { (try? next.bind(endpoint)) != nil })
    }

    @Test func `A socket keeps its context alive`() async throws {
        func make() throws -> (Pull, Push) {
            let context = try Context()
            return (try Pull(context), try Push(context))
        }
        let (pull, push) = try make()
        try push.connect(try pull.bind("inproc://kept-alive"))
        try await push.send("still here")
        #expect(try await pull.receive() == ["still here"])
    }

    @Test func `A socket that only a waiting call knows stays open`() async throws {
        let context = try Context()
        let endpoint = "inproc://only-the-call"
        let receiving = Task {
            func make() throws -> Pull {
                let pull = try Pull(context)
                try pull.bind(endpoint)
                return pull
            }
            return try await make().receive()
        }
        let push = try Push(context)
        #expect(try await eventually { (try? push.connect(endpoint)) != nil })
        try await push.send("heard")
        #expect(try await receiving.value == ["heard"])
    }

    @Test func `Sockets closed while in use by many tasks harm nobody`() async throws {
        for _ in 0..<50 {
            let context = try Context()
            let pair = try Connected(over: .inproc, context: context, { try Pull($0) }, { try Push($0) })
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        for try await _ in pair.bound.messages {}
                    } onError: { _ in
                    }
                    group.addTask {
                        while true { try await pair.connecting.send("flood") }
                    } onError: { error in
                        #expect([.closed, .terminated].contains((error as? ZMQError)?.code))
                    }
                }
                group.addTask {
                    for _ in 0..<Int.random(in: 0..<50) { await Task.yield() }
                    pair.bound.close()
                    pair.connecting.close()
                    await context.shutdown()
                } onError: { _ in
                }
            }
        }
    }

    @Test func `Ten thousand sockets wait without a thread each`() async throws {
        let count = 10_000
        try raiseLimitOfOpenFiles(to: count + 2_000)
        let context = try Context(maxSockets: count + 10)
        defer { Task { await context.shutdown() } }
        let threadsBefore = try threadCount()
        let router = try Router(context) {
            $0.isMandatory = true
            $0.linger = .zero
        }
        let endpoint = try router.bind("inproc://ten-thousand")
        let dealers = try (0..<count).map { number in
            let dealer = try Dealer(context) {
                $0.routingID = "\(number)"
                $0.linger = .zero
            }
            try dealer.connect(endpoint)
            return dealer
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, dealer) in dealers.enumerated() {
                group.addTask {
                    let message = try await dealer.receive()
                    #expect(message == ["for \(number)"])
                }
            }
            try await letOthersWait()
            // Other tests start threads meanwhile, some hundred at the most.
            #expect(try threadCount() <= threadsBefore + count / 20)
            for number in (0..<count).reversed() { try await router.send(["\(number)", "for \(number)"]) }
            try await group.waitForAll()
        }
    }

    private func threadCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    private func raiseLimitOfOpenFiles(to wanted: Int) throws {
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        try #require(limit.rlim_cur >= wanted, "this machine allows too few open files: raise ulimit -Hn")
    }
}

extension TaskGroup<Void> {
    /// Adds a task whose error a closure judges.
    mutating func addTask(
        _ body: @escaping @Sendable () async throws -> Void, onError: @escaping @Sendable (any Error) -> Void
    ) {
        addTask {
            do { try await body() } catch { onError(error) }
        }
    }
}

/// A thread that runs one blocking operation.
final class BlockedThread<Success: Sendable>: Sendable {
    private let result: Task<Result<Success, any Error>, Never>

    /// Starts the thread and lets it come to wait.
    init(_ body: @escaping @Sendable () throws -> Success) async throws {
        let started = AsyncStream<Void>.makeStream()
        result = Task {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    started.continuation.finish()
                    continuation.resume(returning: Result { try body() })
                }
            }
        }
        for await _ in started.stream {}
        try await letOthersWait()
    }

    var value: Success {
        get async throws { try await result.value.get() }
    }

    var code: ZMQError.Code? {
        get async {
            guard case .failure(let error) = await result.value else { return nil }
            return (error as? ZMQError)?.code
        }
    }
}
