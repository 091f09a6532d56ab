import Foundation
import SwiftZMQ
import Testing

/// The longest durations that there are mean "for ever", wherever a timeout is taken.
@Suite(.timeLimit(.minutes(5))) struct LongTimeoutTests {
    private static let longest: [Duration] = [
        .seconds(Int64.max), .seconds(Int64.max) * 10, .milliseconds(Int64.max), .seconds(Int32.max),
    ]

    @Test(arguments: longest)
    func `A request waits its turn, and then its time`(timeout: Duration) async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let first = Task { try await pair.connecting.request("1", timeout: timeout) }
        #expect(try await pair.bound.receive() == ["1"])
        let second = Task { try await pair.connecting.request("2", timeout: timeout) }
        try await letOthersWait()
        try await pair.bound.send("one")
        #expect(try await first.value == ["one"])
        #expect(try await pair.bound.receive() == ["2"])
        try await pair.bound.send("two")
        #expect(try await second.value == ["two"])
        try await pair.connecting.send("3", timeout: timeout)
        #expect(try await pair.bound.receive(timeout: timeout) == ["3"])
    }

    @Test(arguments: longest)
    func `Sockets, pollers and waits for peers take any timeout`(timeout: Duration) async throws {
        let context = try Context()
        let publisher = try XPublisher(context) { $0.linger = .zero }
        let subscriber = try Subscriber(context, topics: ["a"]) { $0.linger = .zero }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        async let notices = publisher.waitForSubscriptions(timeout: timeout)
        try await subscriber.connectAndWait(endpoint, timeout: timeout)
        #expect(try await notices.count == 1)
        let poller = try Poller<Int>()
        try poller.register(subscriber, as: 1)
        async let ready = poller.wait(timeout: timeout)
        try await letOthersWait()
        try await publisher.send("a", timeout: timeout)
        #expect(try await ready.map(\.key) == [1])
        #expect(try await subscriber.receive(timeout: timeout) == ["a"])
        let another = try Subscriber(context, topics: ["b"]) { $0.linger = .zero }
        try await publisher.waitForConnections(timeout: timeout) { try another.connect(endpoint) }
    }

    @Test(arguments: longest)
    func `A thread blocks for any time`(timeout: Duration) async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let poller = try Poller<Int>()
        try poller.register(pair.bound, as: 1)
        let asking = try await BlockedThread { try pair.connecting.blocking.request("1", timeout: timeout) }
        let polled = try await BlockedThread { try poller.blocking.wait(timeout: timeout) }
        #expect(try await polled.value.map(\.key) == [1])
        let received = try await BlockedThread { try pair.bound.blocking.receive(timeout: timeout) }
        #expect(try await received.value == ["1"])
        try await pair.bound.send("one")
        #expect(try await asking.value == ["one"])
    }

    @Test func `Negative timeouts are over at once`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let poller = try Poller<Int>()
        try poller.register(pair.bound, as: 1)
        for timeout: Duration in [.seconds(Int64.min), .seconds(Int64.min) * 10, .seconds(-1)] {
            #expect(await code { try await pair.bound.receive(timeout: timeout) } == .timedOut)
            #expect(try await poller.wait(timeout: timeout).isEmpty)
            let blocked = try await BlockedThread { try pair.bound.blocking.receive(timeout: timeout) }
            #expect(await blocked.code == .timedOut)
        }
    }

    @Test func `An option for milliseconds refuses more than C can say`() throws {
        let push = try Push(Context())
        for duration in Self.longest.dropLast() {
            #expect(code { try push.setOption(\.linger, to: duration) } == .invalidArgument)
        }
    }
}
