import DistributedHashTable
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// What reaches a node's socket and is no message of a node.
@Suite(.timeLimit(.minutes(5))) struct HostileConnectionTests {
    @Test func `Garbage, floods and messages of many frames do a node no harm`() async throws {
        let context = try Context()
        var settings = NetworkNodeSettings()
        settings.listen = "tcp://127.0.0.1:0"
        let node = try NetworkNode(context, settings)
        let running = Task(executorPreference: .sockets) { try await node.run() }
        let endpoint = try #require(node.address?.endpoint)
        var generator = SeededRandom(seed: TestSeed.number)
        let hostile = try Dealer(context) { $0.linger = .zero }
        try hostile.connect(endpoint)
        let ping = PeerMessage(number: 1, sender: .random(using: &generator), body: .ping).encoded
        for number in 0..<3000 {
            switch number % 4 {
            case 0:
                let length = Int.random(in: 0...300, using: &generator)
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                try await hostile.send(Frame(bytes))
            case 1: try await hostile.send(Message((0..<5).map { _ in Frame(ping) }))
            case 2: try await hostile.send(Frame(ping.dropLast()))
            default: try await hostile.send(Frame(ping))
            }
        }
        // One that is longer than any message ends its connection, and nothing else.
        try await hostile.send(Frame([UInt8](repeating: 0, count: 1 << 20)))
        var client = NetworkNodeSettings()
        client.join = [try #require(node.address)]
        let asking = try NetworkNode(context, client)
        let runningClient = Task(executorPreference: .sockets) { try await asking.run() }
        try await asking.joined()
        #expect(try await asking.store([1, 2, 3], for: .zero) == 1, "\(TestSeed.hint)")
        #expect(try await asking.find(.zero) == [1, 2, 3], "\(TestSeed.hint)")
        asking.stop()
        node.stop()
        try await runningClient.value
        try await running.value
        await #expect(throws: NetworkNode.Ended.self) { try await node.find(.zero) }
        hostile.close()
        await context.shutdown()
    }
}
