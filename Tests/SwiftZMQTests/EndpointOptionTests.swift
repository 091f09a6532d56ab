import SwiftZMQ
import Testing

/// Options that one endpoint has of its own.
@Suite(.timeLimit(.minutes(5))) struct EndpointOptionTests {
    /// Nobody is there.
    static let nobody = "tcp://127.0.0.1:1"

    /// A server that has its own keys.
    private struct Server {
        let pull: Pull
        let endpoint: String
        let key: CurveKey

        init(_ context: Context) throws {
            let keys = try CurveKeyPair.generate()
            pull = try Pull(context) { $0.security = .curveServer(keys) }
            endpoint = try pull.bind("tcp://127.0.0.1:*")
            key = keys.publicKey
        }
    }

    @Test func `A socket connects to servers that have different keys`() async throws {
        let context = try Context()
        let (first, second) = (try Server(context), try Server(context))
        let keys = try CurveKeyPair.generate()
        let push = try Push(context) {
            $0.security = .curveClient(keys, server: first.key)
            $0.linger = .zero
        }
        try push.connect(first.endpoint)
        try push.connect(second.endpoint) { $0.curveServerKey = second.key }
        // One to each.
        try await push.send("x")
        try await push.send("x")
        #expect(try await first.pull.receive(timeout: .seconds(20)) == ["x"])
        #expect(try await second.pull.receive(timeout: .seconds(20)) == ["x"])
        #expect(try push.option(\.curveServerKey) == first.key)
        #expect(try push.mechanism == .curve)
        await context.shutdown()
    }

    @Test func `Tasks that connect at once do not mix their keys`() async throws {
        let context = try Context()
        let servers = try (0..<16).map { _ in try Server(context) }
        let push = try Push(context) { $0.linger = .zero }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in servers {
                group.addTask {
                    let keys = try CurveKeyPair.generate()
                    try await server.pull.waitForConnections(timeout: .seconds(30)) {
                        try push.connect(server.endpoint) { $0.security = .curveClient(keys, server: server.key) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try push.mechanism == .null)
        await context.shutdown()
    }

    @Test func `A connection that comes back has its options again`() async throws {
        let context = try Context()
        let keys = try CurveKeyPair.generate()
        let push = try Push(context) { $0.linger = .zero }
        var events = push.events.makeAsyncIterator()
        var endpoint = "tcp://127.0.0.1:*"
        for round in 0..<2 {
            let pull = try Pull(context) { $0.security = .curveServer(keys) }
            #expect(
                try await eventually {
                    do {
                        endpoint = try pull.bind(endpoint)
                        return true
                    } catch let error as ZMQError where error.code == .addressInUse {
                        return false
                    }
                })
            if round == 0 {
                try push.connect(endpoint) { $0.security = .curveClient(try .generate(), server: keys.publicKey) }
            }
            try await push.send("\(round)")
            #expect(try await pull.receive(timeout: .seconds(20)) == ["\(round)"])
            pull.close()
            // What is sent before would go into the connection that ends.
            while try #require(await events.next()).kind != .disconnected {}
        }
        await context.shutdown()
    }

    @Test func `A socket is secured at one of its endpoints and open at another`() async throws {
        let context = try Context()
        let keys = try CurveKeyPair.generate()
        let pull = try Pull(context)
        let open = try pull.bind("tcp://127.0.0.1:*")
        let secured = try pull.bind("tcp://127.0.0.1:*") { $0.security = .curveServer(keys) }
        #expect(try pull.mechanism == .null)
        let client = try Push(context) {
            $0.security = .curveClient(try .generate(), server: keys.publicKey)
            $0.linger = .zero
        }
        // The other way round on this side.
        try client.connect(secured)
        try client.connect(open) { $0.security = .none }
        #expect(try client.mechanism == .curve)
        try await client.send("x")
        try await client.send("x")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["x"])
        #expect(try await pull.receive(timeout: .seconds(20)) == ["x"])
        await context.shutdown()
    }

    @Test func `A name and a password are shown to one server alone`() async throws {
        let context = try Context()
        let guarded = try Pull(context) {
            $0.security = .plainServer
            $0.keepsMetadata = true
        }
        let open = try Pull(context)
        var policy = AuthenticationPolicy()
        policy.plain = .passwords(["ada": "secret"])
        let authenticator = Authenticator(context, policy: policy)
        try authenticator.start()
        let push = try Push(context) { $0.linger = .zero }
        try push.connect(guarded.bind("tcp://127.0.0.1:*")) {
            $0.security = .plainClient(username: "ada", password: "secret")
        }
        try push.connect(open.bind("tcp://127.0.0.1:*"))
        #expect(try push.mechanism == .null)
        #expect(try push.option(\.plainUsername) == nil)
        try await push.send("x")
        try await push.send("x")
        #expect(try await guarded.receive(timeout: .seconds(20))[0].metadata.userID == "ada")
        #expect(try await open.receive(timeout: .seconds(20)) == ["x"])
        withExtendedLifetime(authenticator) {}
        await context.shutdown()
    }

    @Test func `The longest message is another at each endpoint`() async throws {
        let context = try Context()
        let (one, other) = (try Push(context) { $0.linger = .zero }, try Push(context) { $0.linger = .zero })
        let pull = try Pull(context)
        let events = one.events
        try pull.connect(one.bind("tcp://127.0.0.1:*")) {
            $0.maxMessageSize = 300
            $0.reconnectInterval = nil
        }
        try pull.connect(other.bind("tcp://127.0.0.1:*"))
        try await one.send(Frame([UInt8](repeating: 1, count: 301)))
        #expect(await events.contains { $0.kind == .disconnected })
        try await other.send(Frame([UInt8](repeating: 2, count: 301)))
        #expect(try await pull.receive(timeout: .seconds(20))[0].first == 2)
        #expect(try pull.option(\.maxMessageSize) == nil)
        await context.shutdown()
    }

    @Test func `Whatever an endpoint is given, the socket is as before`() throws {
        let context = try Context()
        let keys = try CurveKeyPair.generate()
        let sets: [(inout EndpointOptions<Subscriber>) throws -> Void] = [
            { $0.affinity = 1 }, { $0.boundDevice = "lo" }, { $0.connectTimeout = .seconds(1) },
            { $0.handshakeInterval = nil }, { $0.heartbeatInterval = .seconds(1) },
            { $0.heartbeatTimeToLive = .seconds(1) }, { $0.maxMessageSize = 1000 },
            { $0.maxReconnectInterval = .seconds(1) }, { $0.receiveBuffer = 8192 }, { $0.reconnectInterval = nil },
            { $0.sendBuffer = 8192 }, { $0.socksProxy = "127.0.0.1:1" }, { $0.tcpKeepAliveCount = 3 },
            { $0.tcpKeepAliveIdle = .seconds(1) }, { $0.tcpKeepAliveInterval = .seconds(1) },
            { $0.tcpMaxRetransmitTimeout = .seconds(1) }, { $0.typeOfService = 8 }, { $0.usesIPv6 = true },
            { $0.usesTCPKeepAlive = true }, { $0.multicastHops = 2 }, { $0.multicastMaxPacketSize = 1000 },
            { $0.multicastRate = 7 }, { $0.multicastRecoveryInterval = .seconds(1) }, { $0.zapDomain = "other" },
            { $0.enforcesZAPDomain = true }, { $0.isPlainServer = true },
            { $0.security = .plainClient(username: "eve", password: "another") }, { $0.security = .plainServer },
            { $0.security = .curveServer(keys) }, { $0.security = .curveClient(keys, server: keys.publicKey) },
            { $0.security = .none }, { $0.isCurveServer = true },
            {
                $0.curvePublicKey = keys.publicKey
                $0.curveSecretKey = keys.secretKey
                $0.curveServerKey = keys.publicKey
            },
        ]
        let securities: [SocketSecurity] = [
            .none, .plainServer(domain: "own"), .plainClient(username: "ada", password: "secret"),
            .curveServer(keys, domain: "own"), .curveClient(keys, server: keys.publicKey),
        ]
        for security in securities {
            let subscriber = try Subscriber(context) { $0.security = security }
            let before = try everything(of: subscriber)
            for (index, set) in sets.enumerated() {
                let refusal = code { try subscriber.connect(Self.nobody, configure: set) }
                #expect(refusal == nil || refusal == .unsupported, "set \(index) on \(security)")
                #expect(try everything(of: subscriber) == before, "set \(index) on \(security)")
            }
        }
    }

    /// All options that libzmq gives back, by their numbers.
    private func everything(of socket: some Socket) throws -> [Int32: [UInt8]] {
        var values: [Int32: [UInt8]] = [:]
        // Neither the descriptor, nor what is ready, nor the last endpoint.
        for number in Int32(0)...121 where ![14, 15, 32].contains(number) {
            for capacity in [4, 8, 32, 1024] {
                guard var bytes = try? socket.option(number, capacity: capacity) else { continue }
                // A name that was empty, and cannot be so again, is read as such.
                if [45, 46].contains(number) { bytes = Array(bytes.prefix { $0 != 0 }) }
                values[number] = bytes
                break
            }
        }
        #expect(values.count > 40)
        return values
    }

    @Test func `A failure leaves the socket as before`() throws {
        let push = try Push(Context()) { $0.linger = .zero }
        let before = try everything(of: push)
        let error = #expect(throws: ZMQError.self) {
            try push.connect(Self.nobody) {
                $0.security = .plainServer
                $0.typeOfService = 8
                $0.maxMessageSize = -5
            }
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.operation == "set option maxMessageSize to -5")
        #expect(try everything(of: push) == before)
        #expect(code { try push.connect("tcp://nowhere") { $0.typeOfService = 8 } } == .invalidArgument)
        #expect(try everything(of: push) == before)
        #expect(code { try push.bind("tcp://nowhere") { $0.typeOfService = 8 } } == .invalidArgument)
        #expect(try everything(of: push) == before)
        struct Mine: Error {}
        #expect(throws: Mine.self) { try push.connect(Self.nobody) { _ in throw Mine() } }
        push.close()
        #expect(code { try push.connect(Self.nobody) { $0.typeOfService = 8 } } == .closed)
    }

    @Test func `An option that would be ignored is refused by name`() throws {
        let push = try Push(Context()) { $0.linger = .zero }
        #expect(code { try push.connect(Self.nobody) { $0.backlog = 5 } } == .invalidArgument)
        #expect(code { try push.bind("tcp://127.0.0.1:*") { $0.connectTimeout = .seconds(1) } } == .invalidArgument)
        let error = #expect(throws: ZMQError.self) { try push.bind("inproc://a") { $0.security = .plainServer } }
        #expect(error?.description.contains("security") == true)
        #expect(try push.lastEndpoint.isEmpty)
        try push.bind("tcp://127.0.0.1:*") { $0.backlog = 5 }
        try push.bind("inproc://a") { _ in }
    }

    @Test func `A domain is given to an endpoint of a socket that has one`() throws {
        let none = try Pull(Context())
        #expect(code { try none.bind("tcp://127.0.0.1:*") { $0.zapDomain = "other" } } == .unsupported)
        #expect(try none.option(\.zapDomain) == nil)
        let pull = try Pull(Context()) { $0.zapDomain = "own" }
        try pull.bind("tcp://127.0.0.1:*") { $0.zapDomain = "other" }
        #expect(try pull.option(\.zapDomain) == "own")
    }

    @Test func `An empty password that could not be set back is kept`() throws {
        let push = try Push(Context()) {
            $0.security = .plainClient(username: "ada", password: "")
            $0.linger = .zero
        }
        let before = try everything(of: push)
        #expect(
            code { try push.connect(Self.nobody) { $0.security = .plainClient(username: "a", password: "b") } }
                == .unsupported)
        #expect(try everything(of: push) == before)
        // The other way round, a zero would be shown to the server.
        let other = try Push(Context()) {
            $0.security = .plainClient(username: "ada", password: "secret")
            $0.linger = .zero
        }
        #expect(
            code { try other.connect(Self.nobody) { $0.security = .plainClient(username: "a", password: "") } }
                == .unsupported)
        #expect(try other.option(46, capacity: 256) == Array("secret".utf8) + [0])
    }

    @Test func `A router names a peer and gives it options in one step`() async throws {
        let context = try Context()
        let keys = try CurveKeyPair.generate()
        let dealer = try Dealer(context) { $0.security = .curveServer(keys) }
        let router = try Router(context) {
            $0.isMandatory = true
            $0.linger = .zero
        }
        try router.connect(dealer.bind("tcp://127.0.0.1:*"), as: "dealer") {
            $0.security = .curveClient(try .generate(), server: keys.publicKey)
        }
        try await router.send(["dealer", "hello"])
        #expect(try await dealer.receive(timeout: .seconds(20)) == ["hello"])
        #expect(try router.mechanism == .null)
        await context.shutdown()
    }

    @Test func `The name of a connect that failed is not given to another peer`() async throws {
        let context = try Context()
        let (first, second) = (try Dealer(context), try Dealer(context))
        let endpoints = [try first.bind("tcp://127.0.0.1:*"), try second.bind("tcp://127.0.0.1:*")]
        let router = try Router(context) {
            $0.isMandatory = true
            $0.linger = .zero
        }
        #expect(code { try router.connect("ipc://", as: "first") } != nil)
        // libzmq has kept the name and would use it now.
        #expect(code { try router.connect(endpoints[1]) } == .wrongState)
        #expect(await code { try await router.send(["first", "to nobody"]) } == .hostUnreachable)
        try router.connect(endpoints[0], as: "first")
        try router.connect(endpoints[1])
        try await router.send(["first", "hello"])
        #expect(try await first.receive(timeout: .seconds(20)) == ["hello"])
        try await second.send("I am another")
        #expect(try await router.receive(timeout: .seconds(20))[0] != "first")
        await context.shutdown()
    }
}
