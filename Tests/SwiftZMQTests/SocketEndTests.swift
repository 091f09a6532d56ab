import Foundation
import SwiftZMQ
import Testing

/// Awaiting that libzmq has let go of a socket.
@Suite(.timeLimit(.minutes(5))) struct SocketEndTests {
    @Test(arguments: [Transport.tcp, .ipc])
    func `An endpoint is bound again as soon as its socket is gone, a thousand times`(transport: Transport) async throws
    {
        // Another test may take the port for all addresses just then; it does not do so three times.
        for attempt in 1...3 {
            do {
                return try await bindAgainAThousandTimes(transport)
            } catch let error as ZMQError where error.code == .addressInUse && transport == .tcp && attempt < 3 {
                continue
            }
        }
    }

    private func bindAgainAThousandTimes(_ transport: Transport) async throws {
        let context = try Context()
        let path = FileManager.default.temporaryDirectory.appending(path: "end-\(UInt32.random(in: 0 ... .max))").path()
        defer { unlink(path) }
        let endpoint: String
        do {
            let first = try Pull(context)
            endpoint = try first.bind(transport == .tcp ? Transport.lonelyEndpoint() : "ipc://\(path)")
            try await first.closed()
        }
        for round in 0..<1000 {
            let pull = try Pull(context)
            try pull.bind(endpoint)
            // Now and then somebody is connected, and has sent something.
            if round.isMultiple(of: 50) {
                let push = try Push(context)
                try push.connect(endpoint)
                try await push.send("x")
                #expect(try await pull.receive(timeout: .seconds(20)) == ["x"])
                try await push.closed()
            }
            try await pull.closed()
            #expect(pull.isClosed)
        }
        await context.shutdown()
    }

    @Test func `What is unsent lingers, and no longer`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .milliseconds(300) }
        try push.connect("tcp://127.0.0.1:1")
        try await push.send("nobody takes this")
        let started = ContinuousClock.now
        try await push.closed()
        #expect(ContinuousClock.now - started >= .milliseconds(290))
        await context.shutdown()
    }

    @Test func `What was sent has left`() async throws {
        let context = try Context()
        let pull = try Pull(Context())
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let push = try Push(context) { $0.linger = nil }
        try push.connect(endpoint)
        for number in 0..<1000 { try await push.send("\(number)") }
        let ending = Task { try await push.closed() }
        for number in 0..<1000 { #expect(try await pull.receive(timeout: .seconds(20)) == ["\(number)"]) }
        try await ending.value
        await context.shutdown()
    }

    @Test func `Several tasks await one end, and those who come later find it`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .milliseconds(100) }
        try push.connect("tcp://127.0.0.1:1")
        try await push.send("unsent")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await push.closed() } }
            try await group.waitForAll()
        }
        push.close()
        try await push.closed()
        #expect(code { try push.trySend("x") } == .closed)
        await context.shutdown()
        try await push.closed()
    }

    @Test func `Whoever waits for the socket gets the same error as with close`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let waiting = Task { try await pair.bound.receive() }
        let events = pair.bound.events
        try await letOthersWait()
        try await pair.bound.closed()
        #expect(await code { try await waiting.value } == .closed)
        #expect(await events.contains { $0.kind == .monitorStopped })
        #expect(await pair.bound.events.contains { $0.kind == .monitorStopped })
    }

    @Test func `After close it is too late, and an error says so`() async throws {
        let pull = try Pull(Context())
        pull.close()
        let error = await #expect(throws: ZMQError.self) { try await pull.closed() }
        #expect(error?.code == .closed)
        #expect(error?.explanation?.contains("closed()") == true)
    }

    @Test func `The end of the context is the end of its sockets`() async throws {
        let context = try Context()
        let (early, late) = (try Push(context) { $0.linger = .milliseconds(200) }, try Push(context))
        try early.connect("tcp://127.0.0.1:1")
        try await early.send("unsent")
        let started = ContinuousClock.now
        let waiting = Task { try await early.closed() }
        try await letOthersWait()
        let ending = Task { await context.shutdown() }
        try await waiting.value
        try await late.closed()
        await ending.value
        #expect(ContinuousClock.now - started >= .milliseconds(100))
    }

    @Test func `A cancelled task leaves at once, and the socket is closed`() async throws {
        let context = try Context()
        let path = FileManager.default.temporaryDirectory.appending(path: "end-\(UInt32.random(in: 0 ... .max))").path()
        defer { unlink(path) }
        let push = try Push(context) {
            $0.linger = nil
            $0.reconnectInterval = .milliseconds(10)
        }
        try push.connect("ipc://\(path)")
        try await push.send("unsent")
        let waiting = Task { try await push.closed() }
        let other = Task { try await push.closed() }
        try await letOthersWait()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(push.isClosed)
        let pull = try Pull(context)
        try pull.bind("ipc://\(path)")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["unsent"])
        try await other.value
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            let pull = try Pull(context)
            await #expect(throws: CancellationError.self) { try await pull.closed() }
            return pull.isClosed
        }
        #expect(try await cancelled.value)
        await context.shutdown()
    }

    @Test func `Without room to be told the end the socket is closed, and an error says why`() async throws {
        let context = try Context(maxSockets: 1)
        let pull = try Pull(context)
        #expect(await code { try await pull.closed() } == .tooManySockets)
        #expect(pull.isClosed)
        await context.shutdown()
    }

    @Test func `Without descriptors the socket is closed, and an error says why`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let sockets = try (0..<4).map { _ in try Pull(context) }
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = 200
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            // The first sleep opens a timer, which stays.
            try await letOthersWait()
            // The end of a socket takes two descriptors while it is awaited.
            for free in 0..<4 {
                let pull = sockets[free]
                let before = freeDescriptors()
                for descriptor in before.dropLast(free) { precondition(dup2(0, descriptor) == descriptor) }
                let found = await code { try await pull.closed() }
                precondition(found == (free < 2 ? .tooManySockets : nil), "\(String(describing: found)) with \(free)")
                precondition(pull.isClosed)
                for descriptor in before.dropLast(free) { close(descriptor) }
                // What it took is given back soon after, and the socket's own as well.
                for _ in 0..<1000 where freeDescriptors().count <= before.count { try await letOthersWait() }
                precondition(freeDescriptors().count > before.count)
            }
            await context.shutdown()
        }
    }

    @Test func `A socket that a blocking proxy has is gone when the proxy returns`() async throws {
        let context = try Context()
        let (front, back) = (try Router(context), try Dealer(context))
        let endpoint = try front.bind(Transport.lonelyEndpoint())
        let running = try await BlockedThread { try Proxy.runBlocking(frontend: front, backend: back) }
        #expect(try await eventually { code { try front.readiness } == .wrongState })
        let waiting = Task { try await front.closed() }
        try await letOthersWait()
        await context.shutdown()
        try await running.value
        try await waiting.value
        let next = try Router(Context())
        #expect(throws: Never.self) { try next.bind(endpoint) }
    }

    @Test func `Closing, awaiting and observing at once harm nothing`() async throws {
        let context = try Context()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let pull = try Pull(context)
                    try pull.bind("tcp://127.0.0.1:*")
                    async let observed: Void = { for await _ in pull.events {} }()
                    async let awaited: Void = { _ = await code { try await pull.closed() } }()
                    if number.isMultiple(of: 3) { pull.close() }
                    await awaited
                    await observed
                }
            }
            try await group.waitForAll()
        }
        await context.shutdown()
    }
}

/// The numbers that the process may still give to descriptors.
private func freeDescriptors() -> [Int32] {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return (0..<Int32(limit.rlim_cur)).filter { fcntl($0, F_GETFD) == -1 }
}
