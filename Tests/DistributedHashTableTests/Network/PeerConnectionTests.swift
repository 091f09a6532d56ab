import SwiftZMQ
import Testing

@testable import DistributedHashTable

@Suite(.timeLimit(.minutes(2))) struct PeerConnectionTests {
    @Test func `However much is said at once to a node that is slow to take it, all of it arrives`() async throws {
        let context = try Context()
        // It takes next to nothing before it is read from.
        let node = try Router(context) {
            $0.receiveHighWaterMark = 1
            $0.linger = .zero
        }
        let endpoint = try node.bind("tcp://127.0.0.1:0")
        let address = try #require(PeerAddress(endpoint: endpoint))
        var connections = PeerConnections(context, poller: try Poller<NetworkSource>(), keys: nil)
        let message = Frame([UInt8](repeating: 7, count: 1 << 14))
        let count = 3000
        for _ in 0..<count { try connections.send(message, to: address, now: .start) }
        for _ in 0..<count { _ = try await node.receive(timeout: .seconds(20)) }
        connections.closeAll()
        node.close()
        await context.shutdown()
    }
}
