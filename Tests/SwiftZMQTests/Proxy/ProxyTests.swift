import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    @Test(arguments: Transport.allCases)
    func `Requests reach workers and replies come back`(transport: Transport) async throws {
        let context = try Context()
        let ends = try Ends(context, over: transport, { try Router($0) }, { try Dealer($0) })
        let proxy = Proxy(frontend: ends.frontend, backend: ends.backend)
        let running = Task { try await proxy.run() }
        let workers = try (0..<3).map { number in
            let worker = try Reply(context)
            try worker.connect(ends.backendEndpoint)
            return Task {
                for try await request in worker.messages {
                    try await worker.send(Message(Array(request) + ["from \(number)"]))
                }
            }
        }
        try await withThrowingTaskGroup { group in
            for client in 0..<5 {
                let request = try Request(context)
                try request.connect(ends.frontendEndpoint)
                group.addTask {
                    for number in 0..<50 {
                        let question: Message = ["\(client)", "", "\(number)"]
                        let answer = try await request.request(question, timeout: .seconds(20))
                        #expect(Array(answer.dropLast()) == Array(question))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(proxy.statistics.frontend.received.messages == 250)
        #expect(proxy.statistics.backend.sent == proxy.statistics.frontend.received)
        #expect(proxy.statistics.frontend.sent.messages == 250)
        await context.shutdown()
        try await running.value
        for worker in workers { try await worker.value }
    }

    @Test(arguments: Transport.allCases)
    func `Updates travel one way and subscriptions the other`(transport: Transport) async throws {
        let context = try Context()
        let ends = try Ends(context, over: transport, { try XSubscriber($0) }, { try XPublisher($0) })
        let proxy = Proxy(frontend: ends.frontend, backend: ends.backend)
        let running = Task { try await proxy.run() }
        let publisher = try XPublisher(context)
        try publisher.connect(ends.frontendEndpoint)
        let subscriber = try Subscriber(context, topics: ["news."])
        try subscriber.connect(ends.backendEndpoint)
        #expect(try await publisher.waitForSubscriptions().map(\.prefix) == ["news."])
        try await publisher.send(["rumours.", "0"])
        for number in 0..<100 { try await publisher.send(["news.", "\(number)"]) }
        for number in 0..<100 { #expect(try await subscriber.receive() == ["news.", "\(number)"]) }
        try subscriber.unsubscribe(from: "news.")
        #expect(try await publisher.receive() == [Frame([0] + "news.".utf8)])
        proxy.stop()
        try await running.value
    }

    @Test(arguments: Transport.allCases)
    func `Tasks are streamed in order, of any size and number of frames, and captured`(
        transport: Transport
    ) async throws {
        let context = try Context()
        let ends = try Ends(context, over: transport, { try Pull($0) }, { try Push($0) })
        let capture = try Connected(over: .inproc, context: context, { try Pull($0) }, { try Push($0) })
        let proxy = Proxy(from: ends.frontend, to: ends.backend, capture: capture.connecting)
        let running = Task { try await proxy.run() }
        let push = try Push(context)
        try push.connect(ends.frontendEndpoint)
        let pull = try Pull(context)
        try pull.connect(ends.backendEndpoint)
        let sizes = [0, 1, 33, 34, 1000, 100_000]
        var bytes = 0
        for size in sizes {
            for count in 1...4 {
                let message = Message((0..<count).map { Frame([UInt8](repeating: UInt8($0), count: size)) })
                try await push.send(message)
                bytes += size * count
                #expect(try await pull.receive() == message)
                #expect(try await capture.bound.receive() == message)
            }
        }
        #expect(proxy.statistics.frontend.received == proxy.statistics.backend.sent)
        #expect(proxy.statistics.backend.sent.messages == sizes.count * 4)
        #expect(proxy.statistics.backend.sent.bytes == bytes)
        #expect(proxy.statistics.frontend.sent == .init() && proxy.statistics.backend.received == .init())
        running.cancel()
        try await running.value
    }

    @Test func `One socket at both ends sends back what comes`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let proxy = Proxy(frontend: pair.bound, backend: pair.bound)
        let running = Task { try await proxy.run() }
        for number in 0..<100 {
            #expect(try await pair.connecting.request("\(number)", timeout: .seconds(20)) == ["\(number)"])
        }
        proxy.stop()
        try await running.value
    }

    @Test func `A reply and a request in a row take turns`() async throws {
        let context = try Context()
        let ends = try Ends(context, over: .tcp, { try Reply($0) }, { try Request($0) })
        let proxy = Proxy(frontend: ends.frontend, backend: ends.backend)
        let running = Task { try await proxy.run() }
        let worker = try Reply(context)
        try worker.connect(ends.backendEndpoint)
        let working = Task {
            for try await request in worker.messages { try await worker.send(Message(Array(request) + ["done"])) }
        }
        try await withThrowingTaskGroup { group in
            for client in 0..<3 {
                let request = try Request(context)
                try request.connect(ends.frontendEndpoint)
                group.addTask {
                    for number in 0..<30 {
                        let question: Frame = "\(client) \(number)"
                        let answer = try await request.request(question, timeout: .seconds(20))
                        #expect(answer == [question, "done"])
                    }
                }
            }
            try await group.waitForAll()
        }
        await context.shutdown()
        try await running.value
        try await working.value
    }

    @Test func `Two dealers pass everything both ways at once`() async throws {
        let context = try Context()
        let ends = try Ends(context, over: .tcp, { try Dealer($0) }, { try Dealer($0) })
        let proxy = Proxy(frontend: ends.frontend, backend: ends.backend)
        let running = Task { try await proxy.run() }
        let left = try Dealer(context)
        let right = try Dealer(context)
        try left.connect(ends.frontendEndpoint)
        try right.connect(ends.backendEndpoint)
        let count = 20_000
        func pass(_ from: Dealer, _ to: Dealer) async throws {
            async let sending: Void = {
                for number in 0..<count { try await from.send(["\(number)", "x"]) }
            }()
            for number in 0..<count {
                let message = try await to.receive()
                #expect(message == ["\(number)", "x"])
            }
            try await sending
        }
        async let there: Void = pass(left, right)
        async let back: Void = pass(right, left)
        _ = try await (there, back)
        #expect(proxy.statistics.frontend.received.messages == count)
        #expect(proxy.statistics.frontend.sent == proxy.statistics.backend.received)
        proxy.stop()
        try await running.value
    }

    @Test func `Nothing is taken while the other side has no room`() async throws {
        let context = try Context()
        // No worker is connected, so that a PUSH has no room at all.
        let ends = try Ends(
            context, over: .tcp,
            { context in try Pull(context) { $0.receiveHighWaterMark = 1 } }, { try Push($0) })
        let proxy = Proxy(from: ends.frontend, to: ends.backend)
        let running = Task { try await proxy.run() }
        let push = try Push(context)
        try push.connect(ends.frontendEndpoint)
        for number in 0..<10 { try await push.send("\(number)") }
        #expect(try await eventually { try ends.frontend.readiness.contains(.readable) })
        try await letOthersWait()
        #expect(proxy.statistics == ProxyStatistics())
        let pull = try Pull(context)
        try pull.connect(ends.backendEndpoint)
        for number in 0..<10 { #expect(try await pull.receive() == ["\(number)"]) }
        #expect(proxy.statistics.backend.sent.messages == 10)
        running.cancel()
        try await running.value
    }

    @Test func `The high-water marks of all stages hold the sender, and its figures can be asked for meanwhile`()
        async throws
    {
        let context = try Context()
        let frontend = try XSubscriber(context) { $0.receiveHighWaterMark = 5 }
        let backend = try XPublisher(context) {
            $0.sendHighWaterMark = 5
            $0.neverDrops = true
        }
        try frontend.bind("inproc://hwm-frontend")
        try backend.bind("inproc://hwm-backend")
        let proxy = Proxy(frontend: frontend, backend: backend)
        let running = Task { try await proxy.run() }
        let publisher = try XPublisher(context) {
            $0.sendHighWaterMark = 5
            $0.neverDrops = true
        }
        try publisher.connect("inproc://hwm-frontend")
        let subscriber = try Subscriber(context, topics: [""]) { $0.receiveHighWaterMark = 5 }
        try subscriber.connect("inproc://hwm-backend")
        try await publisher.waitForSubscriptions()
        let count = 1000
        let sending = Task { for number in 0..<count { try await publisher.send("\(number)") } }
        // Two queues, and the one message that was taken before the second was found to be full.
        #expect(try await eventually { proxy.statistics.frontend.received.messages >= 10 })
        try await letOthersWait()
        #expect(proxy.statistics.frontend.received.messages <= 11)
        for number in 0..<count { #expect(try await subscriber.receive() == ["\(number)"]) }
        try await sending.value
        #expect(proxy.statistics.backend.sent.messages == count)
        await context.shutdown()
        try await running.value
    }

    @Test func `A capture socket without room holds messages up and loses none`() async throws {
        let context = try Context()
        let ends = try Ends(context, over: .inproc, { try Pull($0) }, { try Push($0) })
        let capture = try Connected(
            over: .inproc, context: context, { context in try Pull(context) { $0.receiveHighWaterMark = 2 } },
            { context in try Push(context) { $0.sendHighWaterMark = 2 } })
        let proxy = Proxy(from: ends.frontend, to: ends.backend, capture: capture.connecting)
        let running = Task { try await proxy.run() }
        let push = try Push(context)
        try push.connect(ends.frontendEndpoint)
        let pull = try Pull(context)
        try pull.connect(ends.backendEndpoint)
        for number in 0..<20 { try await push.send("\(number)") }
        for number in 0..<4 { #expect(try await pull.receive() == ["\(number)"]) }
        try await letOthersWait()
        #expect(proxy.statistics.backend.sent.messages <= 5)
        for number in 0..<20 { #expect(try await capture.bound.receive() == ["\(number)"]) }
        for number in 4..<20 { #expect(try await pull.receive() == ["\(number)"]) }
        await context.shutdown()
        try await running.value
    }

    @Test func `A paused proxy takes nothing, and goes on where it was`() async throws {
        let context = try Context()
        let ends = try Ends(context, over: .tcp, { try Pull($0) }, { try Push($0) })
        let proxy = Proxy(from: ends.frontend, to: ends.backend)
        proxy.pause()
        let running = Task { try await proxy.run() }
        let push = try Push(context)
        try push.connect(ends.frontendEndpoint)
        let pull = try Pull(context)
        try pull.connect(ends.backendEndpoint)
        let count = 5000
        let sending = Task { for number in 0..<count { try await push.send("\(number)") } }
        #expect(try await eventually { try ends.frontend.readiness.contains(.readable) })
        #expect(proxy.statistics == ProxyStatistics())
        proxy.resume()
        for number in 0..<count {
            if number % 500 == 7 {
                proxy.pause()
                let before = proxy.statistics
                try await letOthersWait()
                #expect(proxy.statistics.frontend == before.frontend)
                proxy.resume()
            }
            #expect(try await pull.receive() == ["\(number)"])
        }
        try await sending.value
        proxy.pause()
        try await letOthersWait()
        proxy.stop()
        try await running.value
    }

    @Test func `Whoever ends it, nothing is lost, and it can be run again`() async throws {
        let context = try Context()
        let ends = try Ends(
            context, over: .inproc,
            { context in try Pull(context) { $0.receiveHighWaterMark = 5 } },
            { context in try Push(context) { $0.sendHighWaterMark = 5 } })
        let proxy = Proxy(from: ends.frontend, to: ends.backend)
        let push = try Push(context)
        try push.connect(ends.frontendEndpoint)
        let pull = try Pull(context) { $0.receiveHighWaterMark = 5 }
        try pull.connect(ends.backendEndpoint)
        let count = 20_000
        let sending = Task { for number in 0..<count { try await push.send("\(number)") } }
        let receiving = Task {
            for number in 0..<count {
                let message = try await pull.receive()
                #expect(message == ["\(number)"])
            }
        }
        var round = 0
        while proxy.statistics.backend.sent.messages < count {
            let running = Task { try await proxy.run() }
            let aim = min(proxy.statistics.backend.sent.messages + 977, count)
            #expect(try await eventually { proxy.statistics.backend.sent.messages >= aim })
            if round % 2 == 0 { proxy.stop() } else { running.cancel() }
            try await running.value
            round += 1
        }
        try await sending.value
        try await receiving.value
        #expect(round > 1)
    }

    @Test func `A stop before the run ends it, and a second run is refused`() async throws {
        let pair = try Connected({ try Dealer($0) }, { try Dealer($0) })
        let proxy = Proxy(frontend: pair.bound, backend: pair.connecting)
        proxy.stop()
        try await proxy.run()
        await withTaskGroup(of: ZMQError.Code?.self) { group in
            for _ in 0..<2 { group.addTask { await code { try await proxy.run() } } }
            // Whichever comes second ends at once, and the other when it is stopped.
            #expect(await group.next() == .some(.wrongState))
            proxy.stop()
            #expect(await group.next() == .some(nil))
        }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await proxy.run()
        }
        try await cancelled.value
    }

    @Test func `A socket that is closed ends it by name`() async throws {
        let context = try Context()
        for closesFrontend in [true, false] {
            let frontend = try Router(context)
            let backend = try Dealer(context)
            let proxy = Proxy(frontend: frontend, backend: backend)
            let running = Task { try await proxy.run() }
            try await letOthersWait()
            if closesFrontend { frontend.close() } else { backend.close() }
            let error = await #expect(throws: ZMQError.self) { try await running.value }
            #expect(error?.code == .closed)
            #expect(error?.operation.contains(closesFrontend ? "frontend" : "backend") == true)
        }
    }

    @Test func `A reply to a client that is gone is dropped and counted`() async throws {
        let context = try Context()
        let ends = try Ends(
            context, over: .tcp, { context in try Router(context) { $0.isMandatory = true } }, { try Dealer($0) })
        let proxy = Proxy(frontend: ends.frontend, backend: ends.backend)
        let running = Task { try await proxy.run() }
        let worker = try Dealer(context)
        try worker.connect(ends.backendEndpoint)
        let client = try Request(context)
        try client.connect(ends.frontendEndpoint)
        try await worker.send(["nobody", "", "for you"])
        #expect(try await eventually { proxy.statistics.undeliverable == 1 })
        try await client.send("still there?")
        try await worker.send(worker.receive())
        #expect(try await client.receive() == ["still there?"])
        proxy.stop()
        try await running.value
    }

    @Test func `A peer that takes nothing does not keep the proxy from ending`() async throws {
        let context = try Context()
        let subscriber = try Subscriber(context, topics: [""])
        let push = try Push(context)
        let endpoint = try subscriber.bind("tcp://127.0.0.1:*")
        try push.bind("tcp://127.0.0.1:*")
        let proxy = Proxy(from: subscriber, to: push)
        let running = Task { try await proxy.run() }
        let publisher = try XPublisher(context)
        try publisher.connect(endpoint)
        try await publisher.waitForSubscriptions()
        for _ in 0..<3 { try await publisher.send("This is a test") }
        try await letOthersWait()
        await context.shutdown()
        try await running.value
    }
}

/// The two sockets of a proxy, bound.
struct Ends<Frontend: Socket, Backend: Socket>: Sendable {
    let frontend: Frontend
    let backend: Backend
    let frontendEndpoint: String
    let backendEndpoint: String

    init(
        _ context: Context, over transport: Transport, _ frontend: (Context) throws -> Frontend,
        _ backend: (Context) throws -> Backend
    ) throws {
        self.frontend = try frontend(context)
        self.backend = try backend(context)
        try self.frontend.setOption(\.linger, to: .zero)
        try self.backend.setOption(\.linger, to: .zero)
        frontendEndpoint = try self.frontend.bind(transport.freshEndpoint())
        backendEndpoint = try self.backend.bind(transport.freshEndpoint())
    }
}
