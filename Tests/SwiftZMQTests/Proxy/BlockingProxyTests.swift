import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct BlockingProxyTests {
    @Test func `A thread passes requests and replies until its context ends`() async throws {
        let own = try Context()
        let ends = try Ends(own, over: .tcp, { try Router($0) }, { try Dealer($0) })
        let capture = try XPublisher(own) { $0.linger = .zero }
        let captureEndpoint = try capture.bind("tcp://127.0.0.1:*")
        let context = try Context()
        let observer = try Subscriber(context, topics: [""]) { $0.linger = .zero }
        try observer.connect(captureEndpoint)
        try await capture.waitForSubscriptions()
        let thread = try await BlockedThread {
            try Proxy.runBlocking(frontend: ends.frontend, backend: ends.backend, capture: capture)
        }
        let worker = try Reply(context)
        try worker.connect(ends.backendEndpoint)
        let working = Task { for try await request in worker.messages { try await worker.send(request) } }
        let client = try Request(context)
        try client.connect(ends.frontendEndpoint)
        for number in 0..<50 {
            #expect(try await client.request("\(number)", timeout: .seconds(20)) == ["\(number)"])
            for _ in 0..<2 { #expect(try await observer.receive().last == "\(number)") }
        }
        let error = await #expect(throws: ZMQError.self) { try await ends.backend.send("x") }
        #expect(error?.code == .wrongState && error?.explanation?.contains("proxy") == true)
        #expect(!ends.backend.isClosed)
        #expect(code { try Proxy.runBlockingFromThread(ends.frontend, ends.backend) } == .wrongState)
        ends.backend.close()
        #expect(ends.backend.isClosed)
        await own.shutdown()
        try await thread.value
        #expect(ends.frontend.isClosed && capture.isClosed)
        await context.shutdown()
        try await working.value
    }

    @Test func `Closing a socket that a proxy uses is told to a poller that waits for its end alone`() async throws {
        let own = try Context()
        let ends = try Ends(own, over: .tcp, { try Router($0) }, { try Dealer($0) })
        let poller = try Poller<String>()
        try poller.register(ends.frontend, for: [], as: "frontend")
        let waiting = Task { try await poller.wait(timeout: .seconds(20)) }
        try await letOthersWait()
        let thread = try await BlockedThread {
            try Proxy.runBlocking(frontend: ends.frontend, backend: ends.backend)
        }
        #expect(try await eventually { code { try ends.frontend.readiness } == .wrongState })
        ends.frontend.close()
        let error = await #expect(throws: ZMQError.self) { try await waiting.value }
        #expect(error?.code == .closed && error?.operation.contains("frontend") == true)
        try poller.unregister("frontend")
        await own.shutdown()
        try await thread.value
    }

    @Test func `Tasks are streamed one way, and what C cannot do one way is refused`() async throws {
        let own = try Context()
        let ends = try Ends(own, over: .ipc, { try Pull($0) }, { try Push($0) })
        let thread = try await BlockedThread { try Proxy.runBlocking(from: ends.frontend, to: ends.backend) }
        let context = try Context()
        let push = try Push(context)
        try push.connect(ends.frontendEndpoint)
        let pull = try Pull(context)
        try pull.connect(ends.backendEndpoint)
        for number in 0..<1000 { try await push.send(["\(number)", "x"]) }
        for number in 0..<1000 { #expect(try await pull.receive() == ["\(number)", "x"]) }
        await own.shutdown()
        try await thread.value
        let dealers = try (Dealer(context), Dealer(context))
        let refused = try await BlockedThread { try Proxy.runBlocking(from: dealers.0, to: dealers.1) }
        #expect(await refused.code == .unsupported)
        #expect(!dealers.0.isClosed)
    }

    @Test func `A socket that somebody waits for is not given away`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context)
        let receiving = Task { try await pull.receive() }
        #expect(try await eventually { pull.figures.waits == 1 })
        let refused = try await BlockedThread { try Proxy.runBlocking(from: pull, to: push) }
        #expect(await refused.code == .wrongState)
        receiving.cancel()
        _ = await receiving.result
        // Both are as they were.
        try push.connect(pull.bind("inproc://not-given-away"))
        try await push.send("x")
        #expect(try await pull.receive() == ["x"])
    }
}

extension Proxy {
    fileprivate static func runBlockingFromThread(_ frontend: Router, _ backend: Dealer) throws {
        try runBlocking(frontend: frontend, backend: backend)
    }
}
