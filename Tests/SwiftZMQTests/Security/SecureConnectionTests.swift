import ProcessSupport
import SwiftZMQ
import Synchronization
import Testing

/// PLAIN and CURVE between sockets of this library.
@Suite(.timeLimit(.minutes(5))) struct SecureConnectionTests {
    static let transports = [Transport.tcp, .ipc]

    /// How long a test listens for what must not come. What does come decides the test by itself.
    static let silence = Duration.milliseconds(150)

    @Test(arguments: transports)
    func `CURVE lets in who has a key that is let in, and says who it is`(transport: Transport) async throws {
        let (server, ada, eve) = (try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate())
        var policy = AuthenticationPolicy()
        policy.curve = .users([ada.publicKey: "ada"])
        let site = try Site(transport, policy, .curveServer(server, domain: "site"))

        let intruders: [SocketSecurity] = [
            .curveClient(eve, server: server.publicKey),  // a key that is not known
            .curveClient(ada, server: eve.publicKey),  // another server's key
            .plainClient(username: "ada", password: "ada"),
            .none,
        ]
        for intruder in intruders { _ = try site.send("let me in", intruder) }
        let request = try site.send("hello", .curveClient(ada, server: server.publicKey))
        let received = try await site.reply.receive()
        #expect(received == ["hello"])
        #expect(received[0].metadata.userID == "ada")
        #expect(received[0].metadata.socketType == "REQ")
        try await site.reply.send("welcome")
        #expect(try await request.receive() == ["welcome"])
        try await site.expectSilence()
        await site.end()
    }

    @Test(arguments: transports)
    func `PLAIN lets in who knows the password`(transport: Transport) async throws {
        var policy = AuthenticationPolicy()
        policy.plain = .passwords(["ada": "secret", "bob": ""])
        let site = try Site(transport, policy, .plainServer)
        let keys = try CurveKeyPair.generate()
        let intruders: [SocketSecurity] = [
            .plainClient(username: "ada", password: "Secret"),
            .plainClient(username: "ada", password: ""),
            .plainClient(username: "eve", password: "secret"),
            .curveClient(keys, server: keys.publicKey),
            .none,
        ]
        for intruder in intruders { _ = try site.send("let me in", intruder) }
        for (name, password) in [("ada", "secret"), ("bob", "")] {
            let request = try site.send("hello", .plainClient(username: name, password: password))
            let received = try await site.reply.receive()
            #expect(received == ["hello"])
            #expect(received[0].metadata.userID == name)
            try await site.reply.send("welcome")
            #expect(try await request.receive() == ["welcome"])
        }
        try await site.expectSilence()
        await site.end()
    }

    @Test(arguments: transports)
    func `Those who use no security are asked about where there is a domain`(transport: Transport) async throws {
        var policy = AuthenticationPolicy()
        let site = try Site(transport, policy, .none) { $0.zapDomain = "site" }
        _ = try site.send("hello", .none)
        try await site.expectSilence()

        policy.admitsWithoutCredential = true
        policy.addresses = try transport == .tcp ? .only("127.0.0.0/8") : .only("ipc")
        site.authenticator.policy = policy
        _ = try site.send("hello", .none)
        let received = try await site.reply.receive()
        #expect(received == ["hello"])
        let address = try #require(received[0].metadata.peerAddress)
        #expect(transport == .tcp ? address == "127.0.0.1" : address.split(separator: ":").count >= 3)
        await site.end()
    }

    @Test func `An address that is kept out is kept out whatever key it has`() async throws {
        let keys = try CurveKeyPair.generate()
        var policy = AuthenticationPolicy()
        policy.curve = .everybody
        policy.addresses = try .allBut("127.0.0.1")
        let site = try Site(.tcp, policy, .curveServer(keys))
        _ = try site.send("hello", .curveClient(try .generate(), server: keys.publicKey))
        try await site.expectSilence()
        await site.end()
    }

    @Test func `Metadata that a rule gives travels with each message`() async throws {
        let keys = try CurveKeyPair.generate()
        var policy = AuthenticationPolicy()
        policy.curve = .decided { key, request in
            .admitted(userID: request.domain, metadata: ["X-Rank": "countess", "X-Key": key.z85])
        }
        let site = try Site(.tcp, policy, .curveServer(keys, domain: "site"))
        let client = try CurveKeyPair.generate()
        _ = try site.send("hello", .curveClient(client, server: keys.publicKey))
        let metadata = try await site.reply.receive()[0].metadata
        #expect(metadata.userID == "site")
        #expect(metadata["X-Rank"] == "countess")
        #expect(metadata["X-Key"] == client.publicKey.z85)
        await site.end()
    }

    @Test func `Certificates in a folder let in, as files of the client say`() async throws {
        let (clients, own) = (try TemporaryFolder(), try TemporaryFolder())
        try CurveCertificate(.generate()).save(in: own.path, name: "ada")
        try CurveCertificate(contentsOf: "\(own.path)/ada.key").save(in: clients.path, name: "ada")
        let server = try CurveKeyPair.generate()
        var policy = AuthenticationPolicy()
        policy.curve = .certificates(in: clients.path)
        let site = try Site(.tcp, policy, .curveServer(server, domain: "site"))
        let ada = try #require(try CurveCertificate(contentsOf: "\(own.path)/ada.key_secret").keys)
        _ = try site.send("let me in", .curveClient(try .generate(), server: server.publicKey))
        let request = try site.send("hello", .curveClient(ada, server: server.publicKey))
        #expect(try await site.reply.receive() == ["hello"])
        try await site.reply.send("welcome")
        #expect(try await request.receive() == ["welcome"])
        try await site.expectSilence()
        await site.end()
    }

    @Test func `Without an authenticator CURVE encrypts and lets everybody in, PLAIN lets in nobody`() async throws {
        let server = try CurveKeyPair.generate()
        let open = try Site(.tcp, nil, .curveServer(server))
        _ = try open.send("hello", .curveClient(try .generate(), server: server.publicKey))
        #expect(try await open.reply.receive() == ["hello"])

        let plain = try Site(.tcp, nil, .plainServer)
        _ = try plain.send("hello", .plainClient(username: "ada", password: "secret"))
        // libzmq 4.3.4 knows no way to let it in unasked.
        try await plain.expectSilence()

        let closed = try Site(.tcp, nil, .curveServer(server, domain: "site"))
        _ = try closed.send("hello", .curveClient(try .generate(), server: server.publicKey))
        try await closed.expectSilence()
        // And when there is one, it is asked.
        var policy = AuthenticationPolicy()
        policy.curve = .everybody
        closed.authenticator.policy = policy
        try closed.authenticator.start()
        _ = try closed.send("now", .curveClient(try .generate(), server: server.publicKey))
        var received = try await closed.reply.receive()
        if received == ["hello"] {
            try await closed.reply.send("welcome")
            received = try await closed.reply.receive()
        }
        #expect(received == ["now"])
        for site in [open, plain, closed] { await site.end() }
    }

    @Test func `Long messages arrive whole through CURVE`() async throws {
        let server = try CurveKeyPair.generate()
        let context = try Context()
        let pull = try Pull(context) { $0.security = .curveServer(server) }
        let push = try Push(context) { $0.security = .curveClient(try .generate(), server: server.publicKey) }
        try push.connect(try pull.bind("tcp://127.0.0.1:*"))
        for length in [0, 1, 33, 34, 65_536, 1 << 20] {
            let message: Message = [Frame([UInt8](repeating: UInt8(length % 251), count: length)), "end"]
            try await push.send(message)
            #expect(try await pull.receive() == message)
        }
    }

    @Test func `Messages that are published reach subscribers with a key alone`() async throws {
        let server = try CurveKeyPair.generate()
        let context = try Context()
        let publisher = try XPublisher(context) { $0.security = .curveServer(server) }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        let outsider = try Subscriber(context, topics: [""])
        try outsider.connect(endpoint)
        let subscriber = try Subscriber(context, topics: ["news"]) {
            $0.security = .curveClient(try .generate(), server: server.publicKey)
        }
        try subscriber.connect(endpoint)
        #expect(try await publisher.receive() == ["\u{1}news"])
        try await publisher.send(["news", "today"])
        #expect(try await subscriber.receive() == ["news", "today"])
        #expect(await code { try await outsider.receive(timeout: Self.silence) } == .timedOut)
    }

    /// A server that answers, and an authenticator in its context. Clients live in a context of their own.
    final class Site: Sendable {
        let authenticator: Authenticator
        let reply: Reply
        let endpoint: String
        private let server: Context
        private let clients: Context
        private let requests = Mutex<[Request]>([])

        /// - Parameter policy: nil for an authenticator that is not started.
        init(
            _ transport: Transport, _ policy: AuthenticationPolicy?, _ security: SocketSecurity,
            configure: (inout SocketOptions<Reply>) -> Void = { _ in }
        ) throws {
            server = try Context()
            clients = try Context()
            authenticator = Authenticator(server, policy: policy ?? AuthenticationPolicy())
            if policy != nil { try authenticator.start() }
            reply = try Reply(server) {
                $0.security = security
                $0.keepsMetadata = true
                $0.linger = .zero
                configure(&$0)
            }
            endpoint = try reply.bind(transport.freshEndpoint())
        }

        /// Sends from a new client, which stays open as long as the site.
        func send(_ message: Frame, _ security: SocketSecurity) throws -> Request {
            let request = try Request(clients) {
                $0.security = security
                $0.linger = .zero
            }
            try request.connect(endpoint)
            requests.withLock { $0.append(request) }
            // Without waiting: one that was refused already has nobody left to send to.
            _ = try request.trySend(message)
            return request
        }

        func expectSilence() async throws {
            #expect(await code { try await reply.receive(timeout: SecureConnectionTests.silence) } == .timedOut)
        }

        func end() async {
            await authenticator.stop()
            await clients.shutdown()
            await server.shutdown()
        }
    }
}
