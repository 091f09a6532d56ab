import SwiftZMQ
import Testing

/// Subscriptions by the thousand, more than any high-water mark that a queue of messages has.
@Suite(.timeLimit(.minutes(5))) struct ManySubscriptionsTests {
    static let topics = (0..<5_000).map { "topic \($0)." }

    /// A subscriber of either kind, as far as these tests use it.
    enum Kind: CaseIterable, CustomTestStringConvertible {
        case subscriber, xsubscriber

        var testDescription: String { self == .subscriber ? "SUB" : "XSUB" }
    }

    /// When the topics are subscribed to, and which end binds.
    enum Order: CaseIterable, CustomTestStringConvertible {
        case beforeConnecting, afterConnecting, beforeBinding, connectedBeforeAnybodyIsBound

        var testDescription: String { "\(self)" }
    }

    /// Receives notices until every topic was told once.
    private func expectAllTopics(at publisher: XPublisher) async throws {
        var missing = Set(Self.topics.map { Frame($0) })
        while !missing.isEmpty {
            let message = try await publisher.receive(timeout: .seconds(5))
            let notice = try #require(SubscriptionNotice(message))
            if notice.isSubscription { missing.remove(notice.prefix) }
        }
    }

    /// Makes a subscriber, of which `join` binds or connects the end.
    private func subscribe(
        _ kind: Kind, in context: Context, first: Bool, _ join: (any ReceivingSocket) throws -> Void
    ) throws -> any ReceivingSocket {
        switch kind {
        case .subscriber:
            let subscriber = try Subscriber(context, topics: first ? Self.topics : [])
            try join(subscriber)
            if !first { for topic in Self.topics { try subscriber.subscribe(to: Frame(topic)) } }
            return subscriber
        case .xsubscriber:
            let subscriber = try XSubscriber(context) { $0.linger = .zero }
            if !first { try join(subscriber) }
            for topic in Self.topics { try subscriber.subscribe(to: Frame(topic)) }
            if first { try join(subscriber) }
            return subscriber
        }
    }

    @Test(arguments: Transport.allCases, Order.allCases)
    func `A publisher learns of every one of thousands of topics`(transport: Transport, order: Order) async throws {
        for kind in Kind.allCases {
            let context = try Context()
            let publisher = try XPublisher(context) { $0.linger = .zero }
            let subscriber: any ReceivingSocket
            switch order {
            case .beforeConnecting, .afterConnecting:
                let endpoint = try publisher.bind(transport.freshEndpoint())
                subscriber = try subscribe(kind, in: context, first: order == .beforeConnecting) {
                    try $0.connect(endpoint)
                }
            case .beforeBinding:
                subscriber = try subscribe(kind, in: context, first: true) {
                    try publisher.connect($0.bind(transport.freshEndpoint()))
                }
                // A subscriber tells its topics when it looks at who has connected.
                Task { try? await subscriber.receive() }
            case .connectedBeforeAnybodyIsBound:
                let endpoint = try endpointOfNobody(transport, context)
                subscriber = try subscribe(kind, in: context, first: true) { try $0.connect(endpoint) }
                try await rebind(publisher, endpoint)
            }
            try await expectAllTopics(at: publisher)
            withExtendedLifetime(subscriber) {}
            await context.shutdown()
        }
    }

    @Test(arguments: [Transport.tcp, .ipc], Kind.allCases)
    func `A publisher that comes back learns of every topic again`(transport: Transport, kind: Kind) async throws {
        let context = try Context()
        let first = try XPublisher(context) { $0.linger = .zero }
        let endpoint = try first.bind(lastingEndpoint(transport))
        let subscriber = try subscribe(kind, in: context, first: true) { try $0.connect(endpoint) }
        try await expectAllTopics(at: first)
        // A subscriber tells its topics anew when it looks at the new connection.
        let receiving = Task { try await subscriber.receive() }
        first.close()
        let second = try XPublisher(context) { $0.linger = .zero }
        try await rebind(second, endpoint)
        try await expectAllTopics(at: second)
        try await second.send(Frame(Self.topics[4_999]))
        #expect(try await receiving.value == Message(Frame(Self.topics[4_999])))
        await context.shutdown()
    }

    @Test(arguments: Transport.allCases)
    func `A publisher with a low mark on its receiving side learns of every topic`(transport: Transport) async throws {
        let context = try Context()
        let publisher = try XPublisher(context) {
            $0.receiveHighWaterMark = 1
            $0.linger = .zero
        }
        let endpoint = try publisher.bind(transport.freshEndpoint())
        let subscriber = try Subscriber(context, topics: Self.topics)
        try subscriber.connect(endpoint)
        try await expectAllTopics(at: publisher)
        await context.shutdown()
    }

    @Test(arguments: Transport.allCases)
    func `What is published on the last of thousands of topics arrives`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Publisher($0) }, { try Subscriber($0, topics: Self.topics) })
        let last = Frame(Self.topics[4_999])
        // A publisher is not told of its subscriptions, so it says it again until it is heard.
        let publishing = Task {
            while !Task.isCancelled {
                try await pair.bound.send(last)
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        defer { publishing.cancel() }
        #expect(try await pair.connecting.receive(timeout: .seconds(20)) == Message(last))
    }

    @Test func `The mark of subscriptions is none unless it is set`() throws {
        let context = try Context()
        #expect(try Subscriber(context).option(\.subscriptionHighWaterMark) == nil)
        #expect(try XSubscriber(context).option(\.sendHighWaterMark) == nil)
        #expect(try Subscriber(context) { $0.subscriptionHighWaterMark = 9 }.option(\.subscriptionHighWaterMark) == 9)
        #expect(try XSubscriber(context) { $0.sendHighWaterMark = 9 }.option(\.sendHighWaterMark) == 9)
        _ = try XSubscriber(context) { #expect($0.sendHighWaterMark == nil) }
        #expect(code { try Subscriber(context) { $0.subscriptionHighWaterMark = 0 } } == .invalidArgument)
    }

    /// An endpoint where nobody is bound, for the time being.
    private func endpointOfNobody(_ transport: Transport, _ context: Context) throws -> String {
        // Of other endpoints of ipc, the folder goes with the socket that was bound there.
        guard transport == .tcp else { return lastingEndpoint(transport) }
        let socket = try Pull(context)
        defer { socket.close() }
        return try socket.bind(transport.freshEndpoint())
    }

    private func lastingEndpoint(_ transport: Transport) -> String {
        transport == .ipc ? "ipc://@subscriptions-\(UInt64.random(in: 0 ... .max))" : transport.freshEndpoint()
    }

    /// Binds where another socket was bound, which is free again moments after that one was closed.
    private func rebind(_ socket: some Socket, _ endpoint: String) async throws {
        #expect(
            try await eventually {
                do {
                    try socket.bind(endpoint)
                    return true
                } catch let error as ZMQError where error.code == .addressInUse {
                    return false
                }
            })
    }
}
