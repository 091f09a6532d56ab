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

    @Test func `A flood through one connection is answered as far as its rate goes, and others are served`()
        async throws
    {
        let context = try Context()
        var settings = NetworkNodeSettings()
        settings.listen = "tcp://127.0.0.1:0"
        settings.node.mostMessagesAtOnce = 1_000
        settings.node.mostMessagesPerSecond = 10
        let node = try NetworkNode(context, settings)
        let running = Task(executorPreference: .sockets) { try await node.run() }
        let endpoint = try #require(node.address?.endpoint)
        func peer() throws -> Dealer {
            let peer = try Dealer(context) {
                $0.linger = .zero
                $0.receiveHighWaterMark = nil
            }
            try peer.connect(endpoint)
            return peer
        }
        let (hostile, honest) = (try peer(), try peer())
        var generator = SeededRandom(seed: TestSeed.number)
        let sender = NodeID.random(using: &generator)
        func frame(_ number: UInt64, _ body: PeerMessage.Body) -> Frame {
            Frame(PeerMessage(number: number, sender: sender, body: body).encoded)
        }
        let start = ContinuousClock.now
        for number: UInt64 in 0..<20_000 { try await hostile.send(frame(number, .findNode(sender))) }
        for number: UInt64 in 0..<500 {
            try await honest.send(frame(number, .ping))
            let answer = try await honest.receive(timeout: .seconds(30))
            #expect(try PeerMessage(answer[0].withUnsafeBytes { Array($0) }).number == number)
        }
        // Those of the flood that were taken are the first: the answer to the last of them is the last.
        for number: UInt64 in 0..<1_000 {
            let answer = try await hostile.receive(timeout: .seconds(30))
            #expect(try PeerMessage(answer[0].withUnsafeBytes { Array($0) }).number == number)
        }
        var more = 0
        while try hostile.tryReceive() != nil { more += 1 }
        #expect(Double(more) <= 10 * ((ContinuousClock.now - start) / .seconds(1)) + 1)
        node.stop()
        try await running.value
        for socket in [hostile, honest] { socket.close() }
        await context.shutdown()
    }
}
