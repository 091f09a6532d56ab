import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct WaitingTests {
    @Test(arguments: Transport.allCases)
    func `A socket waits until it is connected`(transport: Transport) async throws {
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind(transport.freshEndpoint())
        let push = try Push(context) { $0.isImmediate = true }
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        #expect(try push.trySend("at once"))
        #expect(try await pull.receive() == ["at once"])
    }

    @Test func `A host may be named`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let port = try #require(try pull.bind("tcp://127.0.0.1:*").split(separator: ":").last)
        let push = try Push(context)
        try await push.connectAndWait("tcp://localhost:\(port)", timeout: .seconds(20))
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.9"), ("127.0.0.9", "localhost")])
    func `A connection to the same port of another host does not count`(host: String, other: String) async throws {
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind("tcp://\(host):*")
        let port = try #require(endpoint.split(separator: ":").last)
        let push = try Push(context) { $0.linger = .zero }
        let events = push.events
        let waiting = Task {
            await code { try await push.connectAndWait("tcp://\(other):\(port)", timeout: .milliseconds(500)) }
        }
        try await letOthersWait()
        try push.connect(endpoint)
        _ = await events.contains { $0.kind == .handshakeSucceeded }
        #expect(await waiting.value == .timedOut)
    }

    @Test func `The wait goes on until somebody is there`() async throws {
        let context = try Context()
        let placeholder = try Pull(context)
        let endpoint = try placeholder.bind(Transport.lonelyEndpoint())
        try placeholder.unbind(endpoint)
        let push = try Push(context) {
            $0.reconnectInterval = .milliseconds(10)
            $0.linger = .zero
        }
        let waiting = Task { try await push.connectAndWait(endpoint, timeout: .seconds(20)) }
        try await letOthersWait()
        let pull = try Pull(context)
        #expect(try await eventually { code { try pull.bind(endpoint) } == nil })
        try await waiting.value
    }

    @Test func `The wait ends with its timeout, with the task and with the socket`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .zero }
        // Port 1 is nobody's.
        await #expect(throws: ZMQError.self) {
            try await push.connectAndWait("tcp://127.0.0.1:1", timeout: .milliseconds(20))
        }
        #expect(
            await code { try await push.connectAndWait("tcp://127.0.0.1:1", timeout: .milliseconds(20)) } == .timedOut)
        let cancelled = Task { try await push.connectAndWait("tcp://127.0.0.1:1") }
        try await letOthersWait()
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let closed = Task { await code { try await push.connectAndWait("tcp://127.0.0.1:1") } }
        try await letOthersWait()
        push.close()
        #expect(await closed.value == .closed)
        #expect(await code { try await push.connectAndWait("nonsense") } == .closed)
    }

    @Test func `A malformed endpoint is refused`() async throws {
        let push = try Push(Context())
        #expect(await code { try await push.connectAndWait("nonsense") } == .invalidArgument)
    }

    @Test func `A peer of another kind ends the wait with the reason`() async throws {
        let context = try Context()
        let pull = try Pull(context) { $0.isPlainServer = true }
        let push = try Push(context) { $0.linger = .zero }
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let error = await #expect(throws: ZMQError.self) { try await push.connectAndWait(endpoint) }
        #expect(error?.code == .protocolError)
        #expect(error?.endpoint == endpoint)
    }

    // libzmq ignores a second `connect` of DEALER, REQ, PUB and SUB to one endpoint, and makes a second connection of all
    // others.

    /// Binds a socket, counts the connections it accepts while a body runs, and closes it.
    private func acceptedConnections(
        by server: some Socket, at transport: Transport = .tcp, while body: (String) async throws -> Void
    ) async throws -> Int {
        let events = server.events
        let counting = Task {
            var count = 0
            for await event in events where event.kind == .accepted { count += 1 }
            return count
        }
        try await body(server.bind(transport.freshEndpoint()))
        server.close()
        return await counting.value
    }

    private func expectOneConnection(
        _ server: some Socket, _ client: some Socket, over transport: Transport, connectsFirst: Bool, observed: Bool
    ) async throws {
        let count = try await acceptedConnections(by: server, at: transport) { endpoint in
            let events = observed ? client.events : nil
            if connectsFirst { try client.connect(endpoint) }
            for _ in 0..<3 { try await client.connectAndWait(endpoint, timeout: .seconds(20)) }
            withExtendedLifetime(events) {}
        }
        #expect(count == 1, "\(type(of: client))")
    }

    @Test(arguments: [Transport.tcp, .ipc], [(true, true), (true, false), (false, false)])
    func `The wait for a connection that there is ends, and adds none`(
        transport: Transport, how: (connectsFirst: Bool, observed: Bool)
    ) async throws {
        let context = try Context()
        func check(_ server: some Socket, _ client: some Socket) async throws {
            try client.setOption(\.linger, to: .zero)
            try await expectOneConnection(
                server, client, over: transport, connectsFirst: how.connectsFirst, observed: how.observed)
        }
        try await check(Router(context), Dealer(context))
        try await check(Router(context), Request(context))
        try await check(Subscriber(context), Publisher(context))
        try await check(Publisher(context), Subscriber(context))
        try await check(Pull(context), Push(context))
        try await check(Push(context), Pull(context))
        try await check(Dealer(context), Router(context))
        try await check(Request(context), Reply(context))
        try await check(Pair(context), Pair(context))
        try await check(XPublisher(context), XSubscriber(context))
        try await check(XSubscriber(context), XPublisher(context))
        await context.shutdown()
    }

    @Test func `The wait for a connection that is seen to be there is over at once`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let other = try Push(pair.context) {
            // A connection that nobody has seen takes this long to be believed in.
            $0.reconnectInterval = .seconds(3600)
            $0.linger = .zero
        }
        let events = other.events
        try await other.connectAndWait(pair.endpoint)
        for _ in 0..<3 { try await other.connectAndWait(pair.endpoint, timeout: .seconds(20)) }
        withExtendedLifetime(events) {}
    }

    @Test(arguments: Transport.allCases)
    func `Over each transport the second wait sends to one connection`(transport: Transport) async throws {
        let context = try Context()
        let pulls = [try Pull(context), try Pull(context)]
        let push = try Push(context) { $0.linger = .zero }
        for pull in pulls {
            let endpoint = try pull.bind(transport.freshEndpoint())
            try await push.connectAndWait(endpoint, timeout: .seconds(20))
            try await push.connectAndWait(endpoint, timeout: .seconds(20))
        }
        // Handed out in turn: two to each, were there no more than one connection to each.
        for _ in 0..<4 { try await push.send("x") }
        for pull in pulls { for _ in 0..<2 { _ = try await pull.receive(timeout: .seconds(20)) } }
        await context.shutdown()
    }

    @Test func `A wait that was given up goes on with the next, by the same connection`() async throws {
        let context = try Context()
        let placeholder = try Pull(context)
        let endpoint = try placeholder.bind(Transport.lonelyEndpoint())
        try await placeholder.closed()
        let push = try Push(context) {
            $0.reconnectInterval = .milliseconds(10)
            $0.linger = .zero
        }
        for _ in 0..<5 {
            #expect(await code { try await push.connectAndWait(endpoint, timeout: .milliseconds(20)) } == .timedOut)
        }
        let cancelled = Task { try await push.connectAndWait(endpoint) }
        try await letOthersWait()
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let pull = try Pull(context)
        let events = pull.events
        let counting = Task { await events.reduce(into: 0) { $0 += $1.kind == .accepted ? 1 : 0 } }
        try pull.bind(endpoint)
        try await push.send("x")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["x"])
        // Made while nobody waited.
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        pull.close()
        #expect(await counting.value == 1)
    }

    @Test func `After a wait in vain a socket is observed until its connection is made or given up`() async throws {
        let context = try Context(maxSockets: 4)
        let push = try Push(context) { $0.linger = .zero }
        #expect(
            await code { try await push.connectAndWait("tcp://127.0.0.1:1", timeout: .milliseconds(20)) } == .timedOut)
        let pull = try Pull(context)
        #expect(code { try Pull(context) } == .tooManySockets)
        try push.disconnect("tcp://127.0.0.1:1")
        #expect(try await eventually { code { try (Pull(context), Pull(context)) } == nil })
        withExtendedLifetime(pull) {}
    }

    @Test func `A wait after a loss waits for the return`() async throws {
        let context = try Context()
        let first = try Pull(context)
        let endpoint = try first.bind(Transport.lonelyEndpoint())
        let push = try Push(context) {
            $0.reconnectInterval = .milliseconds(10)
            $0.linger = .zero
        }
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        try await first.closed()
        #expect(await code { try await push.connectAndWait(endpoint, timeout: .milliseconds(500)) } == .timedOut)
        let second = try Pull(context)
        try second.bind(endpoint)
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        try await push.send("x")
        #expect(try await second.receive(timeout: .seconds(20)) == ["x"])
    }

    @Test func `Where a lost connection is not made again, the wait makes it`() async throws {
        let context = try Context()
        let first = try Pull(context)
        let endpoint = try first.bind(Transport.lonelyEndpoint())
        let push = try Push(context) {
            $0.reconnectInterval = nil
            $0.linger = .zero
        }
        let events = push.events
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        try await first.closed()
        _ = await events.contains { $0.kind == .disconnected }
        let second = try Pull(context)
        try second.bind(endpoint)
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        try await push.send("x")
        #expect(try await second.receive(timeout: .seconds(20)) == ["x"])
    }

    @Test(arguments: [Transport.tcp, .ipc])
    func `Socket types that do not go together end each wait with the reason`(transport: Transport) async throws {
        let context = try Context()
        func check(_ server: some Socket, _ client: some Socket) async throws {
            try client.setOption(\.linger, to: .zero)
            let count = try await acceptedConnections(by: server, at: transport) { endpoint in
                for _ in 0..<3 {
                    let error = await #expect(throws: ZMQError.self) {
                        try await client.connectAndWait(endpoint, timeout: .seconds(20))
                    }
                    #expect(error?.code == .protocolError && error?.endpoint == endpoint, "\(type(of: client))")
                    #expect(error?.explanation?.contains("socket types") == true)
                }
            }
            // Each wait has tried again, as libzmq does not.
            #expect(count == 3)
        }
        try await check(Reply(context), Push(context))
        try await check(Pull(context), Dealer(context))
        try await check(Pull(context), Subscriber(context))
        try await check(Publisher(context), Request(context))
        await context.shutdown()
    }

    @Test func `After a peer of another kind, one that goes together is found`() async throws {
        let context = try Context()
        let reply = try Reply(context)
        let endpoint = try reply.bind(Transport.lonelyEndpoint())
        let dealer = try Dealer(context) { $0.linger = .zero }
        let push = try Push(context) { $0.linger = .zero }
        #expect(await code { try await push.connectAndWait(endpoint, timeout: .seconds(20)) } == .protocolError)
        try await dealer.connectAndWait(endpoint, timeout: .seconds(20))
        try await reply.closed()
        let pull = try Pull(context)
        try pull.bind(endpoint)
        // By any of the two.
        try push.connect(endpoint)
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        try await push.send("x")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["x"])
    }

    @Test func `A bound socket waits for a number of peers, whoever else fails`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .zero }
        let pulls = try (0..<3).map { _ in try Pull(context) }
        let stranger = try SwiftZMQ.Stream(context)
        try await push.waitForConnections(3, timeout: .seconds(20)) {
            let endpoint = try push.bind("tcp://127.0.0.1:*")
            try stranger.connect(endpoint)
            stranger.close()
            for pull in pulls { try pull.connect(endpoint) }
        }
        for number in 0..<3 { #expect(try push.trySend("\(number)")) }
        var received: Set<Message> = []
        for pull in pulls { received.insert(try await pull.receive()) }
        #expect(received == [["0"], ["1"], ["2"]])
    }

    @Test func `A wait for too many times out, and what the action throws is thrown`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .zero }
        #expect(
            await code {
                try await push.waitForConnections(timeout: .milliseconds(20)) { try push.bind("tcp://127.0.0.1:*") }
            } == .timedOut)
        #expect(
            await code { try await push.waitForConnections { try push.bind("nonsense") } } == .invalidArgument)
        try await push.waitForConnections(0) {}
    }

    @Test func `A publisher waits for its subscribers and then loses nothing`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context) {
            $0.isVerbose = true
            $0.linger = .zero
        }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        let subscribers = try (0..<3).map { _ in
            let subscriber = try Subscriber(context, topics: ["news"])
            try subscriber.connect(endpoint)
            return subscriber
        }
        let notices = try await publisher.waitForSubscriptions(3, timeout: .seconds(20))
        #expect(notices == [SubscriptionNotice](repeating: .init(isSubscription: true, prefix: "news"), count: 3))
        try await publisher.send("news")
        for subscriber in subscribers { #expect(try await subscriber.receive() == ["news"]) }
        #expect(await code { try await publisher.waitForSubscriptions(timeout: .milliseconds(20)) } == .timedOut)
    }

    @Test func `What is no notice is not read as one`() {
        #expect(SubscriptionNotice(["\u{1}a"]) == SubscriptionNotice(isSubscription: true, prefix: "a"))
        #expect(SubscriptionNotice(["\u{0}"]) == SubscriptionNotice(isSubscription: false, prefix: ""))
        #expect(SubscriptionNotice([""]) == nil)
        #expect(SubscriptionNotice(["\u{2}a"]) == nil)
        #expect(SubscriptionNotice(["\u{1}a", "b"]) == nil)
    }
}
