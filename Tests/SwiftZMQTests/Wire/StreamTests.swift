import Glibc
import SwiftZMQ
import Testing

/// STREAM sockets and what they talk to.
@Suite(.timeLimit(.minutes(5))) struct StreamTests {
    @Test func `A stream speaks ZMTP to a dealer`() async throws {
        let dealer = try Dealer(Context()) { $0.linger = .zero }
        var peer = try await RawPeer(connectingTo: dealer.bind("tcp://127.0.0.1:*"))
        try await peer.shakeHands(as: "DEALER")
        try await peer.send(ZMTP.message("from ", hasMore: true) + ZMTP.message("bytes"))
        #expect(try await dealer.receive(timeout: .seconds(20)) == ["from ", "bytes"])
        try await dealer.send("back")
        #expect(try await peer.read(6) == ZMTP.message("back"))
    }

    @Test func `A stream names the peers that it connects to`() async throws {
        let bound = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let endpoint = try bound.bind("tcp://127.0.0.1:*")
        let stream = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        try stream.connect(endpoint, as: "the other")
        #expect(try await stream.receive(timeout: .seconds(20)) == ["the other", ""])
        try await stream.send(["the other", "hello"])
        let id = try await bound.receive(timeout: .seconds(20))[0]
        #expect(try await bound.receive(timeout: .seconds(20)) == [id, "hello"])
        try await bound.send([id, "hello back"])
        #expect(try await stream.receive(timeout: .seconds(20)) == ["the other", "hello back"])
        #expect(code { try stream.connect(endpoint, as: "the other") } == .invalidArgument)
    }

    @Test func `A stream is told of each connection and ends it`() async throws {
        let server = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let endpoint = try server.bind("tcp://127.0.0.1:*")
        let peer = try await RawPeer(connectingTo: endpoint)
        try await peer.send(Array("first".utf8))
        let first = try await server.receive(timeout: .seconds(20))
        #expect(first.count == 2 && first[1].isEmpty)
        #expect(try await server.receive(timeout: .seconds(20)) == [first[0], "first"])
        // Ended here, the peer comes back, and is another.
        try await server.send([first[0], ""])
        let second = try await server.receive(timeout: .seconds(20))
        #expect(second[1].isEmpty && second[0] != first[0])
        #expect(await code { try await server.send([first[0], "late"], timeout: .seconds(20)) } == .hostUnreachable)
        try await server.send([second[0], "welcome back"])
        var told = try await peer.stream.receive(timeout: .seconds(20))
        while told[1].isEmpty { told = try await peer.stream.receive(timeout: .seconds(20)) }
        #expect(told[1] == "welcome back")
        // Ended there, it is told.
        peer.stream.close()
        #expect(try await server.receive(timeout: .seconds(20)) == second)
    }

    @Test func `A stream takes more than one buffer at once`() async throws {
        let pair = try Connected({ try SwiftZMQ.Stream($0) }, { try SwiftZMQ.Stream($0) })
        let id = try await pair.connecting.receive()[0]
        _ = try await pair.bound.receive()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
        try await pair.connecting.send([id, Frame(bytes)])
        var received: [UInt8] = []
        while received.count < bytes.count { received += [UInt8](try await pair.bound.receive()[1]) }
        #expect(received == bytes)
    }

    @Test func `A stream answers a client that knows nothing of ZeroMQ`() async throws {
        let stream = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let port = try #require(UInt16(try stream.bind("tcp://127.0.0.1:*").split(separator: ":").last ?? ""))
        let client = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(code == 0)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let question = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        #expect(Glibc.send(client, question, question.count, 0) == question.count)
        let id = try await stream.receive(timeout: .seconds(20))[0]
        var received: [UInt8] = []
        while received.count < question.count {
            received += [UInt8](try await stream.receive(timeout: .seconds(20))[1])
        }
        #expect(received == question)
        let expected = "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello"
        try await stream.send([id, Frame(expected)])
        var answer: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 100)
        while answer.count < expected.utf8.count {
            let count = Glibc.recv(client, &room, room.count, 0)
            guard count > 0 else { break }
            answer += room.prefix(count)
        }
        #expect(String(decoding: answer, as: UTF8.self) == expected)
        // Its end is told.
        Glibc.shutdown(client, Int32(SHUT_RDWR))
        #expect(try await stream.receive(timeout: .seconds(20)) == [id, ""])
    }
}
