import PublishSubscribe
import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct SubscriberConnectionsTests {
    @Test func `Who connects and does not finish the handshake is cut off, and whoever has stays`() async throws {
        let context = try Context()
        let socket = try Stream(context) { $0.linger = .zero }
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        var connections = SubscriberConnections(socket)
        let silent = try Stream(context) { $0.linger = .zero }
        try silent.connect(endpoint)
        let subscriber = try Subscriber(context, topics: ["x"]) { $0.linger = .zero }
        try subscriber.connect(endpoint)
        var events: [SubscriberConnections.Event] = []
        while connections.count < 2 || events.isEmpty { events += try connections.receive(try await socket.receive()) }
        let now = ContinuousClock.now
        connections.closeUnfinished(before: now - .seconds(60))
        #expect(connections.count == 2)
        connections.closeUnfinished(before: now)
        #expect(connections.count == 1)
        // Nothing at all stands for the begin of a connection, and for its end.
        var changes = 0
        while changes < 2 {
            if try await silent.receive().last == Frame() { changes += 1 }
        }
        guard case .subscribed(let peer, "x")? = events.first else {
            Issue.record("\(events)")
            return
        }
        connections.admit(peer, to: "x")
        try connections.send(["x", "1"])
        #expect(try await subscriber.receive() == ["x", "1"])
    }

    @Test func `What a message costs does not grow with the subscribers to other topics`() throws {
        func seconds(among count: Int) throws -> Double {
            let context = try Context()
            let socket = try Stream(context) { $0.linger = .zero }
            try socket.bind("tcp://127.0.0.1:*")
            var connections = SubscriberConnections(socket)
            for number in 0..<count {
                let peer = Frame("peer \(number)")
                _ = try connections.receive([peer, Frame()])
                connections.admit(peer, to: Frame("topic/\(number)/"))
            }
            let time = try ContinuousClock().measure {
                for _ in 0..<5000 { try connections.send(["topic/7/temperature", "20"]) }
            }
            // To the one subscriber, which is told of here and is not connected.
            #expect(connections.count == count && connections.dropped == 5000)
            socket.close()
            return time / .seconds(1)
        }
        let few = try (0..<3).map { _ in try seconds(among: 10) }.min() ?? 0
        let many = try (0..<3).map { _ in try seconds(among: 20_000) }.min() ?? 0
        // A look at each subscriber would take a hundred times as long.
        #expect(many < few * 20)
    }
}
