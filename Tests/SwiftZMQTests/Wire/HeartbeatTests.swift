import SwiftZMQ
import Testing

/// Heartbeats of ZMTP (RFC 37).
@Suite(.timeLimit(.minutes(5))) struct HeartbeatTests {
    @Test func `A heartbeat is answered with what it carries`() async throws {
        let router = try Router(Context()) { $0.linger = .zero }
        var peer = try await RawPeer(connectingTo: router.bind("tcp://127.0.0.1:*"))
        try await peer.shakeHands(as: "DEALER")
        for context in ["", "what it carries"] {
            // Half a minute to live, in tenths of a second.
            try await peer.send(ZMTP.command("PING", [1, 44] + Array(context.utf8)))
            #expect(try await peer.read(7 + context.utf8.count) == ZMTP.command("PONG", Array(context.utf8)))
        }
    }

    /// A socket of each kind, and a peer for it.
    static let kinds = ["ROUTER", "REP", "PULL", "SUB", "PAIR"]

    @Test(arguments: kinds)
    func `A peer that falls silent is given up after the time that it announced`(kind: String) async throws {
        let context = try Context()
        switch kind {
        case "ROUTER": try await expectGivingUp(try Router(context), "DEALER")
        case "REP": try await expectGivingUp(try Reply(context), "REQ")
        case "PULL": try await expectGivingUp(try Pull(context), "PUSH")
        case "SUB": try await expectGivingUp(try Subscriber(context, topics: [""]), "PUB")
        default: try await expectGivingUp(try Pair(context), "PAIR")
        }
    }

    private func expectGivingUp(_ socket: some Socket, _ peerType: String) async throws {
        let events = socket.events
        var peer = try await RawPeer(connectingTo: socket.bind("tcp://127.0.0.1:*"))
        try await peer.shakeHands(as: peerType)
        // A tenth of a second to live, and not a word after.
        try await peer.send(ZMTP.command("PING", [0, 1]))
        #expect(await events.contains { $0.kind == .disconnected })
    }

    @Test(arguments: kinds, [false, true])
    func `Peers that answer heartbeats stay connected`(kind: String, encrypted: Bool) async throws {
        let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let security: (bound: SocketSecurity, connecting: SocketSecurity) =
            encrypted ? (.curveServer(server), .curveClient(client, server: server.publicKey)) : (.none, .none)
        func options<S>(_ security: SocketSecurity) -> (inout SocketOptions<S>) throws -> Void {
            {
                $0.security = security
                $0.heartbeatInterval = .milliseconds(5)
                // Long, as a busy machine answers late.
                $0.heartbeatTimeout = .seconds(20)
                $0.heartbeatTimeToLive = .seconds(20)
            }
        }
        let (one, other) = (security.bound, security.connecting)
        switch kind {
        case "ROUTER":
            try await expectStaying(
                { try Router($0, configure: options(one)) }, { try Dealer($0, configure: options(other)) })
        case "REP":
            try await expectStaying(
                { try Reply($0, configure: options(one)) }, { try Request($0, configure: options(other)) })
        case "PULL":
            try await expectStaying(
                { try Pull($0, configure: options(one)) }, { try Push($0, configure: options(other)) })
        case "SUB":
            try await expectStaying(
                { try Subscriber($0, topics: [""], configure: options(one)) },
                { try Publisher($0, configure: options(other)) })
        default:
            try await expectStaying(
                { try Pair($0, configure: options(one)) }, { try Pair($0, configure: options(other)) })
        }
    }

    private func expectStaying<Bound: Socket, Connecting: Socket>(
        _ bound: (Context) throws -> Bound, _ connecting: (Context) throws -> Connecting
    ) async throws {
        let context = try Context()
        let (one, other) = (try bound(context), try connecting(context))
        let (ofOne, ofOther) = (one.events, other.events)
        try await other.connectAndWait(one.bind("tcp://127.0.0.1:*"), timeout: .seconds(20))
        // Long enough for some heartbeats; there is nothing to be seen of them but that nothing happens.
        try await Task.sleep(for: .milliseconds(60))
        one.close()
        for await event in ofOne { #expect(event.kind != .disconnected) }
        // The other end sees that one leave, and no earlier end.
        other.close()
        var ends = 0
        for await event in ofOther where event.kind == .disconnected { ends += 1 }
        #expect(ends <= 1)
    }

    @Test func `The time that heartbeats announce has bounds`() throws {
        let dealer = try Dealer(Context())
        // What 16 bits of tenths of a second hold.
        try dealer.setOption(\.heartbeatTimeToLive, to: .milliseconds(6_553_401))
        #expect(try dealer.option(\.heartbeatTimeToLive) == .milliseconds(6_553_500))
        #expect(code { try dealer.setOption(\.heartbeatTimeToLive, to: .milliseconds(6_553_501)) } == .invalidArgument)
        // Less than a tenth is none.
        try dealer.setOption(\.heartbeatTimeToLive, to: .milliseconds(99))
        #expect(try dealer.option(\.heartbeatTimeToLive) == .milliseconds(100))
        #expect(code { try dealer.setOption(\.heartbeatTimeToLive, to: .milliseconds(-100)) } == .invalidArgument)
    }
}
