import SwiftZMQ
import Testing

/// Peers that speak ZMTP by hand, rightly and wrongly.
@Suite(.timeLimit(.minutes(5))) struct WireTests {
    // MARK: Subscriptions

    @Test(arguments: [true, false])
    func `A subscription is understood in either form`(asCommand: Bool) async throws {
        let publisher = try XPublisher(Context()) { $0.linger = .zero }
        var peer = try await RawPeer(connectingTo: publisher.bind("tcp://127.0.0.1:*"))
        try await peer.shakeHands(as: "SUB", minorVersion: asCommand ? 1 : 0)
        func bytes(_ command: String, _ first: String) -> [UInt8] {
            asCommand ? ZMTP.command(command, Array("news".utf8)) : ZMTP.message(first + "news")
        }
        try await peer.send(bytes("SUBSCRIBE", "\u{1}"))
        #expect(try await publisher.receive(timeout: .seconds(20)) == ["\u{1}news"])
        try await publisher.send("weather")
        try await publisher.send(["news", "of today"])
        #expect(try await peer.read(16) == ZMTP.message("news", hasMore: true) + ZMTP.message("of today"))
        try await peer.send(bytes("CANCEL", "\u{0}"))
        #expect(try await publisher.receive(timeout: .seconds(20)) == ["\u{0}news"])
    }

    @Test(arguments: [0, 1] as [UInt8])
    func `A subscriber asks an older and a newer publisher`(minorVersion: UInt8) async throws {
        let stream = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let endpoint = try stream.bind("tcp://127.0.0.1:*")
        let subscriber = try Subscriber(Context(), topics: ["news"]) { $0.linger = .zero }
        try subscriber.connect(endpoint)
        var peer = try await RawPeer(acceptedBy: stream)
        try await peer.shakeHands(as: "PUB", minorVersion: minorVersion)
        let (flags, contents) = try await peer.readFrame()
        // A command to the newer, if this libzmq has it, and a message to the older.
        let isCommand = flags & 4 != 0
        #expect(contents == (isCommand ? [9] + Array("SUBSCRIBEnews".utf8) : [1] + Array("news".utf8)))
        #expect(minorVersion == 1 || !isCommand)
        try await peer.send(ZMTP.message("weather") + ZMTP.message("news of today"))
        #expect(try await subscriber.receive(timeout: .seconds(20)) == ["news of today"])
    }

    // MARK: Bytes that are no ZMTP

    /// Bytes that somebody might send, with and without a right beginning; the same in each run.
    static let hostileBytes: [[UInt8]] = {
        var generator = Congruential()
        let beginnings: [[UInt8]] = [
            [], [0xFF], Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), [1, 0, 5], ZMTP.greeting(),
            ZMTP.greeting() + ZMTP.ready("DEALER"), ZMTP.greeting(mechanism: "PLAIN"),
            ZMTP.greeting(mechanism: "CURVE"), ZMTP.greeting(mechanism: "CURVE") + [4, 200, 5] + Array("HELLO".utf8),
            ZMTP.greeting(mechanism: "PLAIN") + ZMTP.command("HELLO", [255, 1]),
            ZMTP.greeting() + [6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        return beginnings.flatMap { beginning in
            [0, 1, 64, 300].map { count in
                beginning + (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
            }
        }
    }()

    private struct Congruential: RandomNumberGenerator {
        var state: UInt64 = 4711

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    /// The two sides of each mechanism.
    static func securities() throws -> [(server: SocketSecurity, client: SocketSecurity)] {
        let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        return [
            (.none, .none), (.plainServer, .plainClient(username: "ada", password: "secret")),
            (.curveServer(server), .curveClient(client, server: server.publicKey)),
        ]
    }

    /// A context that lets everybody in who shows something.
    private func openContext() throws -> Context {
        let context = try Context()
        var policy = AuthenticationPolicy()
        (policy.plain, policy.curve) = (.everybody, .everybody)
        try Authenticator(context, policy: policy).start()
        return context
    }

    @Test func `Bytes that are no ZMTP harm nobody who accepts`() async throws {
        for (server, client) in try Self.securities() {
            let context = try openContext()
            let router = try Router(context) {
                $0.security = server
                // Or whoever says that a long message follows is given the memory for it.
                $0.maxMessageSize = 1 << 20
            }
            let endpoint = try router.bind("tcp://127.0.0.1:*")
            for bytes in Self.hostileBytes {
                let peer = try await RawPeer(connectingTo: endpoint)
                if !bytes.isEmpty { try await peer.send(bytes) }
                try await peer.close()
            }
            let dealer = try Dealer(Context()) {
                $0.security = client
                $0.linger = .zero
            }
            try dealer.connect(endpoint)
            try await dealer.send("a real one")
            var message = try await router.receive(timeout: .seconds(20))
            // Without security, what follows a right greeting may be a message.
            while message[1] != "a real one" { message = try await router.receive(timeout: .seconds(20)) }
            await context.shutdown()
        }
    }

    @Test func `Bytes that are no ZMTP harm nobody who connects`() async throws {
        for (server, client) in try Self.securities() {
            let context = try openContext()
            func makeDealer() throws -> Dealer {
                try Dealer(context) {
                    $0.security = client
                    $0.maxMessageSize = 1 << 20
                    $0.linger = .zero
                }
            }
            for bytes in Self.hostileBytes {
                let stream = try SwiftZMQ.Stream(context) { $0.linger = .zero }
                let dealer = try makeDealer()
                try dealer.connect(stream.bind("tcp://127.0.0.1:*"))
                let peer = try await RawPeer(acceptedBy: stream)
                // It may have hung up after the first: then there is no room for it, and nobody to wait for.
                if !bytes.isEmpty { _ = try? peer.stream.trySend([peer.id, Frame(bytes)]) }
                _ = try? peer.stream.trySend([peer.id, ""])
                dealer.close()
                stream.close()
            }
            let router = try Router(context) { $0.security = server }
            let dealer = try makeDealer()
            try dealer.connect(router.bind("tcp://127.0.0.1:*"))
            try await dealer.send("a real one")
            #expect(try await router.receive(timeout: .seconds(20))[1] == "a real one")
            await context.shutdown()
        }
    }

    // MARK: Handshakes

    /// Commands that a CURVE server is sent first, and what it finds wrong with them.
    static let malformedHellos: [(String, [UInt8], SocketEvent.ProtocolError?)] = {
        func hello(_ name: String, version: UInt8 = 1, count: Int = 194) -> [UInt8] {
            ZMTP.command(name, [version, 0] + [UInt8](repeating: 0, count: count - 2))
        }
        return [
            ("a message without a handshake", ZMTP.message("hello"), nil),
            ("a HELLO that is too short", hello("HELLO", count: 193), .malformedHello),
            ("a command of another name", hello("HOLLA"), .unexpectedCommand),
            ("a HELLO of another version", hello("HELLO", version: 9), .malformedHello),
            ("a HELLO that no key has signed", hello("HELLO"), .cryptographic),
        ]
    }()

    @Test(arguments: malformedHellos)
    func `A malformed CURVE handshake is told and refused`(
        title: String, bytes: [UInt8], reason: SocketEvent.ProtocolError?
    ) async throws {
        let reply = try Reply(Context()) { $0.security = .curveServer(try .generate()) }
        let events = reply.events
        let peer = try await RawPeer(connectingTo: reply.bind("tcp://127.0.0.1:*"))
        try await peer.send(ZMTP.greeting(mechanism: "CURVE") + bytes)
        try await peer.untilClosed()
        var failure: SocketEvent.HandshakeFailure?
        for await event in events {
            if case .handshakeFailed(let found) = event.kind { failure = found }
            if failure != nil || event.kind == .disconnected { break }
        }
        if let reason { #expect(failure == .protocolError(reason)) }
        #expect(try reply.tryReceive() == nil)
    }

    @Test(arguments: [0, 1, 2])
    func `A key of zeros connects nobody`(which: Int) async throws {
        let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let zeros = [UInt8](repeating: 0, count: 32)
        let reply = try Reply(Context()) { $0.security = .curveServer(server) }
        let endpoint = try reply.bind("tcp://127.0.0.1:*")
        let request = try Request(Context()) {
            $0.linger = .zero
            $0.curveServerKey = which == 0 ? try CurveKey(zeros) : server.publicKey
            $0.curvePublicKey = which == 1 ? try CurveKey(zeros) : client.publicKey
            $0.curveSecretKey = which == 2 ? try CurveSecretKey(zeros) : client.secretKey
        }
        await #expect(throws: (any Error).self) {
            try await request.connectAndWait(endpoint, timeout: SecureConnectionTests.silence)
        }
        #expect(try reply.tryReceive() == nil)
    }

    @Test func `Two servers of PLAIN do not agree`() async throws {
        let context = try openContext()
        let reply = try Reply(context) { $0.security = .plainServer }
        let request = try Request(context) {
            $0.security = .plainServer
            $0.linger = .zero
        }
        let endpoint = try reply.bind("tcp://127.0.0.1:*")
        await #expect(throws: (any Error).self) {
            try await request.connectAndWait(endpoint, timeout: SecureConnectionTests.silence)
        }
        await context.shutdown()
    }

    @Test func `A connecting socket gives a silent peer up`() async throws {
        let stream = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        let push = try Push(Context()) {
            $0.handshakeInterval = .milliseconds(50)
            $0.reconnectInterval = nil
            $0.linger = .zero
        }
        try push.connect(stream.bind("tcp://127.0.0.1:*"))
        let peer = try await RawPeer(acceptedBy: stream)
        try await peer.untilClosed()
    }
}
