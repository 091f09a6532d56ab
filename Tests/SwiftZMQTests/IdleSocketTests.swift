import SwiftZMQ
import Testing

/// Sockets that are in use by calls that do not wait: the executor looks after them, too, though not at every change.
@Suite(.timeLimit(.minutes(5))) struct IdleSocketTests {
    @Test func `A subscriber that was in use and then lies idle subscribes again when its publisher comes back`()
        async throws
    {
        let context = try Context()
        let first = try XPublisher(context) { $0.linger = .zero }
        let endpoint = try first.bind(Transport.lonelyEndpoint())
        let subscriber = try Subscriber(context, topics: ["topic"]) { $0.reconnectInterval = .milliseconds(10) }
        try subscriber.connect(endpoint)
        #expect(try await first.receive(timeout: .seconds(20)) == ["\u{1}topic"])
        // Between one message and the next the executor learns that the socket is in use, and does not look again at once.
        for number in 0..<20 {
            try await first.send("topic \(number)")
            #expect(try await eventually { try subscriber.tryReceive() == ["topic \(number)"] })
        }
        // What the loss and the return ask of the subscriber, it is asked while nobody uses it.
        try await first.closed()
        let second = try XPublisher(context) { $0.linger = .zero }
        try second.bind(endpoint)
        let subscription = Task { try await second.receive() }
        #expect(try await value(of: subscription) == ["\u{1}topic"])
        withExtendedLifetime(subscriber) {}
    }
}
