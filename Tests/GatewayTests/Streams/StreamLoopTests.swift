import Logging
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// The thread of the topic streams.
@Suite(.timeLimit(.minutes(5))) struct StreamLoopTests {
    /// Takes what comes for the requests of one event loop.
    private final class EventSink: ReplySink {
        let arrivals = Arrivals<ReplyEvent>()

        func deliver(_ events: consuming [(RequestID, ReplyEvent)]) {
            for (_, event) in events { arrivals.add(event) }
        }
    }

    private let context: Context
    private let sink = EventSink()

    init() throws {
        context = try Context()
    }

    private func start(_ endpoint: String, _ broadcaster: TopicBroadcasterConfiguration = .init()) throws -> StreamLoop
    {
        try start(Self.router([endpoint]), broadcaster)
    }

    private func start(
        _ router: RequestRouter, _ broadcaster: TopicBroadcasterConfiguration = .init()
    ) throws -> StreamLoop {
        try StreamLoop(
            context: context, router: router, security: nil, broadcaster: broadcaster, maximumMessage: 1 << 20,
            sinks: [sink], logger: Logger(label: "test"))
    }

    private static func router(_ endpoints: [String]) -> RequestRouter {
        RequestRouter(routes: [Route(path: "/a/", destination: .topics(TopicSource(endpoints: endpoints)))])
    }

    private func read(_ topic: String, from loop: StreamLoop) {
        let topics = TopicRequest(route: "/a/", prefixes: [Array(topic.utf8)])
        let id = RequestID(loop: 0, number: 1)
        loop.submit([GatewayRequest(id: id, .topics(topics), body: Frame(), streamCredit: nil)])
    }

    @Test func `Routes that cannot be followed change nothing, and the streams go on`() async throws {
        let publisher = try XPublisher(context) { $0.linger = .zero }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        let loop = try start(endpoint)
        for _ in 0..<3 {
            await #expect(throws: ZMQError.self) {
                try await loop.reconfigure(Self.router([endpoint, "tcp://$PUBLISHER:5556"]))
            }
        }
        #expect(await loop.snapshot()?.routes.map(\.label) == ["/a/"])
        read("t", from: loop)
        #expect(SubscriptionNotice(try await publisher.receive(timeout: .seconds(60)))?.prefix == "t")
        #expect(!loop.hasEnded)
        await loop.stop()
        await context.shutdown()
    }

    @Test func `A publisher of several routes has one connection, however many read`() async throws {
        // It is told of every subscription, that of a prefix which another connection has among them.
        let publisher = try XPublisher(context) {
            $0.linger = .zero
            $0.isVerbose = true
        }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        let paths = ["/a/", "/b/"]
        let routes = paths.map { Route(path: $0, destination: .topics(TopicSource(endpoints: [endpoint]))) }
        let loop = try start(RequestRouter(routes: routes))
        let requests = (1...200).map { number in
            let topics = TopicRequest(route: paths[number % 2], prefixes: [Array("t".utf8)])
            let id = RequestID(loop: 0, number: UInt64(number))
            return GatewayRequest(id: id, .topics(topics), body: Frame(), streamCredit: nil)
        }
        loop.submit(requests)
        #expect(SubscriptionNotice(try await publisher.receive(timeout: .seconds(60)))?.prefix == "t")
        try await publisher.send(["t", "1"])
        var pieces = 0
        while pieces < requests.count {
            if case .piece(let piece) = await sink.arrivals.next(), piece != EventStreamText.comment { pieces += 1 }
        }
        // Readers on another connection would have got the message only after that had subscribed, too.
        #expect(try publisher.tryReceive() == nil)
        await loop.stop()
        await context.shutdown()
    }

    @Test func `While nothing comes the thread wakes for each comment`() async throws {
        let loop = try start("ipc://@nobody", TopicBroadcasterConfiguration(commentInterval: .milliseconds(20)))
        read("t", from: loop)
        guard case .begin = await sink.arrivals.next() else {
            Issue.record("the stream did not begin")
            return
        }
        for _ in 0..<3 {
            guard case .piece(let piece) = await sink.arrivals.next() else {
                Issue.record("something else came than a piece of the stream")
                return
            }
            #expect(piece == EventStreamText.comment)
        }
        await loop.stop()
        await context.shutdown()
    }

    @Test func `Once the thread has failed, other routes are refused`() async throws {
        let router = Self.router(["ipc://@nobody"])
        let loop = try start("ipc://@nobody")
        await context.shutdown()
        await #expect(throws: GatewayStartError.self) {
            // It takes them until it notices that its sockets are closed.
            while true { try await loop.reconfigure(router) }
        }
        #expect(loop.hasEnded)
        #expect(await loop.snapshot() == nil)
    }
}
