import Foundation
import Glibc
import SwiftZMQ
import Testing

@testable import MessagePassing

/// Connections that break, or cannot be had, between ranks that live.
@Suite(.timeLimit(.minutes(3))) struct LostConnectionTests {
    /// Ends the TCP connections of this process that lead to an endpoint, as something between two machines may.
    ///
    /// - Returns: how many there were.
    private static func breakConnections(to endpoint: String) throws -> Int {
        let port = try #require(endpoint.split(separator: ":").last.flatMap { UInt16($0) })
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
        return descriptors.count { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
            }
            guard code == 0, address.sin_family == sa_family_t(AF_INET), UInt16(bigEndian: address.sin_port) == port
            else { return false }
            return shutdown(descriptor, Int32(SHUT_RDWR)) == 0
        }
    }

    @Test func `A connection that breaks between ranks that live ends what is awaited over it`() async throws {
        let errors = try await LocalWorld.run(2, heartbeat: .seconds(1)) { world -> MessagePassingError? in
            if world.rank == 1 {
                try await world.send(world.node.sockets?.own.data ?? "", to: 0)
                let _: Int = try await world.receive(from: 0)
                try await world.send("there", to: 0)
            } else {
                let endpoint: String = try await world.receive(from: 1)
                try await world.send(1, to: 1)
                let _: String = try await world.receive(from: 1)
                #expect(try Self.breakConnections(to: endpoint) > 0)
            }
            do {
                let _: Int = try await world.receive(from: 1 - world.rank)
                return nil
            } catch {
                return error as? MessagePassingError
            }
        }
        #expect(errors[0] == .rankFailed([1]))
        #expect(errors[1]?.code == .excluded)
    }

    @Test func `A rank that cannot connect says so, and the others are told`() async throws {
        let keys = try CurveKeyPair.generate()
        let rendezvous = try await LocalWorld.freeEndpoint()
        func configuration(_ rank: Int) -> WorldConfiguration {
            var configuration = WorldConfiguration(rank: rank, size: 2, rendezvous: rendezvous, keys: keys)
            configuration.heartbeatInterval = .seconds(60)
            return configuration
        }
        async let first = Communicator.world(configuration(0))
        // Rank 1 in parts: it joins with an address for messages that is none.
        let sockets = try Sockets(configuration(1))
        var entry = sockets.own
        entry.data = "tcp://nowhere"
        let link = try sockets.connectControl(to: rendezvous)
        try await link.dealer.send(Message(ControlMessage.join(entry).frames))
        _ = try await link.dealer.receive()
        try await link.dealer.send(Message(ControlMessage.heartbeat([]).frames))
        let world = try await first
        try await world.send("lost", to: 1)
        for _ in 0..<2 {
            await #expect { try await world.barrier() } throws: { error in
                (error as? MessagePassingError)?.code == .notSent && "\(error)".contains("rank 1 of the world")
            }
        }
        for try await message in sockets.control.messages {
            guard case .membership(.tell(let knowledge)) = ControlMessage(message.dropFirst()) else { continue }
            #expect(knowledge.failed == [0])
            break
        }
        await world.node.abandon()
        await sockets.close()
    }
}
