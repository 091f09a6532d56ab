import SwiftZMQ
import Testing

/// Calls that some socket types alone have, made beside one who waits for a message. See ``WakeUpTests``.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WakeUpCallTests {
    private static let held = Result { try HeldExecutor() }

    private let held: HeldExecutor
    private let context: Context

    init() throws {
        held = try Self.held.get()
        context = try Context(executor: held.executor)
    }

    /// Lets messages come to a socket that somebody waits for, makes a call on the socket before the executor can look, and
    /// expects the one who waits to get each message.
    private func expectMessages(
        at socket: some ReceivingSocket, from sender: some SendingSocket, beside call: (Int) throws -> Void
    ) async throws {
        for number in 0..<5 {
            let waiting = await held.start { try await socket.receive() }
            try await held.holding { () async throws in
                let isSent = try sender.trySend("a\(number)")
                #expect(isSent)
                try call(number)
            }
            #expect(try await value(of: waiting).last == "a\(number)")
        }
    }

    private func publisherAndSubscriber<S: ReceivingSocket>(
        _ make: (Context) throws -> S, subscribe: (S) throws -> Void
    ) async throws -> (XPublisher, S) {
        let publisher = try XPublisher(context) { $0.linger = .zero }
        let subscriber = try make(context)
        try subscriber.connect(try publisher.bind(Transport.inproc.freshEndpoint()))
        try subscribe(subscriber)
        _ = try await publisher.waitForSubscriptions(timeout: .seconds(20))
        return (publisher, subscriber)
    }

    @Test func `Subscribing and unsubscribing leave a message to one who waits for it`() async throws {
        let (publisher, subscriber) = try await publisherAndSubscriber {
            try Subscriber($0)
        } subscribe: {
            try $0.subscribe(to: "a")
        }
        try await expectMessages(at: subscriber, from: publisher) { try subscriber.subscribe(to: "b\($0)") }
        try await expectMessages(at: subscriber, from: publisher) { try subscriber.unsubscribe(from: "b\($0)") }
        // One that it never had.
        try await expectMessages(at: subscriber, from: publisher) { try subscriber.unsubscribe(from: "c\($0)") }
    }

    @Test func `Subscriptions that an XSUB sends leave a message to one who waits for it`() async throws {
        let (publisher, subscriber) = try await publisherAndSubscriber {
            try XSubscriber($0) { $0.linger = .zero }
        } subscribe: {
            try $0.subscribe(to: "a")
        }
        try await expectMessages(at: subscriber, from: publisher) { try subscriber.subscribe(to: "b\($0)") }
        try await expectMessages(at: subscriber, from: publisher) { try subscriber.unsubscribe(from: "b\($0)") }
    }

    @Test func `Connecting to a peer by a name leaves a message to one who waits for it`() async throws {
        let router = try Router(context) { $0.linger = .zero }
        let dealer = try Dealer(context) { $0.linger = .zero }
        try dealer.connect(try router.bind(Transport.inproc.freshEndpoint()))
        try await expectMessages(at: router, from: dealer) { number in
            try router.connect(Transport.inproc.freshEndpoint(), as: "peer \(number)")
        }
        // A name that was given before is refused, and libzmq is asked for nothing.
        try await expectMessages(at: router, from: dealer) { _ in
            #expect(code { try router.connect(Transport.inproc.freshEndpoint(), as: "peer 0") } == .invalidArgument)
        }
    }

    @Test func `Asking for the mechanism and observing leave a message to one who waits for it`() async throws {
        let pair = try Connected(over: .inproc, context: context, { try Pull($0) }, { try Push($0) })
        try await expectMessages(at: pair.bound, from: pair.connecting) { _ in _ = try pair.bound.mechanism }
        try await expectMessages(at: pair.bound, from: pair.connecting) { _ in _ = pair.bound.events }
        let events = pair.bound.events
        try await expectMessages(at: pair.bound, from: pair.connecting) { _ in _ = pair.bound.events }
        withExtendedLifetime(events) {}
    }
}
