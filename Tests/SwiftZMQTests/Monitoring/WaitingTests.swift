import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct WaitingTests {
    @Test(arguments: Transport.allCases)
    func `A socket waits until it is connected`(transport: Transport) async throws {
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind(transport.freshEndpoint())
        let push = try Push(context) { $0.immediate = true }
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

    @Test func `A connection to the same port of another host does not count`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let port = try #require(endpoint.split(separator: ":").last)
        let push = try Push(context) { $0.linger = .zero }
        let events = push.events
        let waiting = Task {
            await code { try await push.connectAndWait("tcp://127.0.0.9:\(port)", timeout: .milliseconds(500)) }
        }
        try await letOthersWait()
        try push.connect(endpoint)
        _ = await events.contains { $0.kind == .handshakeSucceeded }
        #expect(await waiting.value == .again)
    }

    @Test func `The wait goes on until somebody is there`() async throws {
        let context = try Context()
        let placeholder = try Pull(context)
        let endpoint = try placeholder.bind("tcp://127.0.0.1:*")
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
            await code { try await push.connectAndWait("tcp://127.0.0.1:1", timeout: .milliseconds(20)) } == .again)
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
        let pull = try Pull(context) { $0.plainServer = true }
        let push = try Push(context) { $0.linger = .zero }
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let error = await #expect(throws: ZMQError.self) { try await push.connectAndWait(endpoint) }
        #expect(error?.code == .protocolError)
        #expect(error?.endpoint == endpoint)
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
        var received: Set<Multipart> = []
        for pull in pulls { received.insert(try await pull.receive()) }
        #expect(received == [["0"], ["1"], ["2"]])
    }

    @Test func `A wait for too many times out, and what the action throws is thrown`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .zero }
        #expect(
            await code {
                try await push.waitForConnections(timeout: .milliseconds(20)) { try push.bind("tcp://127.0.0.1:*") }
            } == .again)
        #expect(
            await code { try await push.waitForConnections { try push.bind("nonsense") } } == .invalidArgument)
        try await push.waitForConnections(0) {}
    }

    @Test func `A publisher waits for its subscribers and then loses nothing`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context) {
            $0.verbose = true
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
        #expect(await code { try await publisher.waitForSubscriptions(timeout: .milliseconds(20)) } == .again)
    }

    @Test func `What is no notice is not read as one`() {
        #expect(SubscriptionNotice(["\u{1}a"]) == SubscriptionNotice(isSubscription: true, prefix: "a"))
        #expect(SubscriptionNotice(["\u{0}"]) == SubscriptionNotice(isSubscription: false, prefix: ""))
        #expect(SubscriptionNotice([""]) == nil)
        #expect(SubscriptionNotice(["\u{2}a"]) == nil)
        #expect(SubscriptionNotice(["\u{1}a", "b"]) == nil)
    }
}
