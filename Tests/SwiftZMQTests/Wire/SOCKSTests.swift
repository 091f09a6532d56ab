import SwiftZMQ
import Testing

/// Connections through a SOCKS5 proxy (RFC 1928), which a STREAM socket plays.
@Suite(.timeLimit(.minutes(5))) struct SOCKSTests {
    /// Takes one connection, passes its bytes on, and tells which host and port the client asked for.
    private func serve(_ stream: SwiftZMQ.Stream) async throws -> (
        host: String, port: Int, relay: [Task<Void, any Error>]
    ) {
        var client = try await RawPeer(acceptedBy: stream)
        let offer = try await client.read(2)
        #expect(offer[0] == 5)
        #expect(try await client.read(Int(offer[1])).contains(0))
        // Without a name and a password.
        try await client.send([5, 0])
        let request = try await client.read(4)
        #expect(request.prefix(3) == [5, 1, 0])
        let host: String
        switch request[3] {
        case 1: host = try await client.read(4).map(String.init).joined(separator: ".")
        case 3: host = String(decoding: try await client.read(Int(client.read(1)[0])), as: UTF8.self)
        default: host = try await client.read(16).last == 1 ? "::1" : "another address of version 6"
        }
        let port = try await client.read(2).reduce(0) { $0 << 8 | Int($1) }
        let server = try await RawPeer(connectingTo: "tcp://127.0.0.1:\(port)")
        try await client.send([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])
        let (near, far) = (client, server)
        let relay = [
            Task { for try await message in near.stream.messages { try await far.send([UInt8](message[1])) } },
            Task { for try await message in far.stream.messages { try await near.send([UInt8](message[1])) } },
        ]
        return (host, port, relay)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "[::1]"])
    func `A connection goes through a SOCKS proxy`(host: String) async throws {
        let proxy = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let proxyAddress = try proxy.bind("tcp://127.0.0.1:*").dropFirst("tcp://".count)
        let reply = try Reply(Context())
        let endpoint = try reply.bind("tcp://127.0.0.1:*")
        let port = try #require(Int(endpoint.split(separator: ":").last ?? ""))
        let request = try Request(Context()) {
            $0.socksProxy = String(proxyAddress)
            $0.usesIPv6 = host.hasPrefix("[")
            $0.linger = .zero
        }
        // The proxy, and not this machine, finds out where the host is.
        try request.connect("tcp://\(host):\(port)")
        try await request.send("by way of the proxy")
        let (askedHost, askedPort, relay) = try await serve(proxy)
        #expect(askedHost == host.trimmingPrefix("[").replacing("]", with: ""))
        #expect(askedPort == port)
        #expect(try await reply.receive(timeout: .seconds(20)) == ["by way of the proxy"])
        try await reply.send("and back")
        #expect(try await request.receive(timeout: .seconds(20)) == ["and back"])
        request.close()
        for task in relay { task.cancel() }
    }

    @Test func `A proxy is for TCP alone`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context) {
            $0.socksProxy = "127.0.0.1:1"
            $0.linger = .zero
        }
        try push.connect(pull.bind("ipc://*"))
        try await push.send("directly")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["directly"])
    }
}
