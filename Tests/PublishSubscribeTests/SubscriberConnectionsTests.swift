import PublishSubscribe
import SwiftZMQ
import Testing

struct SubscriberConnectionsTests {
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
