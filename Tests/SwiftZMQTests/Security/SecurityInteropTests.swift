import ProcessSupport
import SwiftZMQ
import Testing

/// Security between the binding and pyzmq, each in both roles: `Tests/Interop/peer.py` is the other end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SecurityInteropTests {
    static let transports = [Transport.tcp, .ipc]

    @Test(arguments: transports)
    func `A pyzmq client with the right key or password is served, and no other`(transport: Transport) async throws {
        let folder = try TemporaryFolder()
        let server = try keysThatBeginWithDash()
        let (ada, eve) = (CurveCertificate(try .generate()), CurveCertificate(try keysThatBeginWithDash()))
        try ada.save(in: folder.path, name: "ada")
        try eve.save(in: folder.path, name: "eve")
        var policy = AuthenticationPolicy()
        policy.curve = .users([ada.publicKey: "ada"])
        policy.plain = .passwords(["ada": "secret"])

        try await serve(transport, policy, .curveServer(server, domain: "site")) { reply, endpoint in
            let key = ["--server-key=\(server.publicKey.z85)"]
            let adas = ["--certificate", "\(folder.path)/ada.key_secret"]
            let right = try await ask(endpoint, adas + key)
            let received = try await reply.receive(timeout: .seconds(60))
            #expect(received[0].metadata.userID == "ada")
            try await reply.send(received)
            try await expectServed(right)
            try await expectRefused(endpoint, ["--certificate", "\(folder.path)/eve.key_secret"] + key)
            try await expectRefused(endpoint, adas + ["--server-key=\(eve.publicKey.z85)"])
            try await expectRefused(endpoint, [])
            try await expectRefused(endpoint, ["--user", "ada:secret"])
        }
        try await serve(transport, policy, .plainServer) { reply, endpoint in
            let right = try await ask(endpoint, ["--user", "ada:secret"])
            let received = try await reply.receive(timeout: .seconds(60))
            #expect(received[0].metadata.userID == "ada")
            try await reply.send(received)
            try await expectServed(right)
            try await expectRefused(endpoint, ["--user", "ada:Secret"])
            try await expectRefused(endpoint, ["--user", "eve:secret"])
            try await expectRefused(endpoint, [])
        }
    }

    @Test(arguments: transports)
    func `A pyzmq server lets in the right key, and no other`(transport: Transport) async throws {
        let (own, clients) = (try TemporaryFolder(), try TemporaryFolder())
        let server = CurveCertificate(try .generate())
        let (ada, eve) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        try server.save(in: own.path, name: "server")
        try CurveCertificate(ada, metadata: ["name": "Ada"]).publicCertificate.save(in: clients.path, name: "ada")
        let (peer, endpoint) = try await echo(
            transport,
            ["--curve-server", "--certificate", "\(own.path)/server.key_secret", "--allow", clients.path])
        try await expectRefusal(by: endpoint, .curveClient(eve, server: server.publicKey))
        try await expectRefusal(by: endpoint, .curveClient(ada, server: eve.publicKey))
        try await expectRefusal(by: endpoint, .none)
        try await expectRefusal(by: endpoint, .plainClient(username: "ada", password: "secret"))
        try await expectService(by: endpoint, .curveClient(ada, server: server.publicKey))
        #expect(try await peer.ending() == .exited(0))
    }

    @Test(arguments: transports)
    func `A pyzmq server lets in the right password, and no other`(transport: Transport) async throws {
        let (peer, endpoint) = try await echo(transport, ["--users", "ada:secret", "bob:other"])
        try await expectRefusal(by: endpoint, .plainClient(username: "ada", password: "other"))
        try await expectRefusal(by: endpoint, .plainClient(username: "eve", password: "secret"))
        try await expectRefusal(by: endpoint, .none)
        try await expectService(by: endpoint, .plainClient(username: "ada", password: "secret"))
        #expect(try await peer.ending() == .exited(0))
    }

    @Test func `Certificates of pyzmq are read`() async throws {
        let folder = try TemporaryFolder()
        #expect(try await certificate("create", folder.path, "ada", "name=Ada Lovelace", "rank=countess") == [])
        let secret = try CurveCertificate(contentsOf: "\(folder.path)/ada.key_secret")
        let published = try CurveCertificate(contentsOf: "\(folder.path)/ada.key")
        #expect(published.publicKey == secret.publicKey)
        #expect(published.secretKey == nil)
        #expect(secret.metadata == ["name": "Ada Lovelace", "rank": "countess"])
        #expect(try secret.keys.map { try CurveKeyPair(secretKey: $0.secretKey) } == secret.keys)
        #expect(
            try await certificate("show", "\(folder.path)/ada.key_secret")
                == [secret.publicKey.z85, secret.secretKey?.z85])
    }

    @Test func `Certificates are read by pyzmq`() async throws {
        let folder = try TemporaryFolder()
        let ada = CurveCertificate(try .generate(), metadata: ["name": "Ada \"the first\""])
        try ada.save(in: folder.path, name: "ada")
        #expect(try await certificate("show", "\(folder.path)/ada.key") == [ada.publicKey.z85, "-"])
        #expect(
            try await certificate("show", "\(folder.path)/ada.key_secret") == [ada.publicKey.z85, ada.secretKey?.z85])
        #expect(try await certificate("list", folder.path) == [ada.publicKey.z85])
    }

    // MARK: pyzmq as the client

    /// Runs a body with an echoing server, and ends it.
    private func serve(
        _ transport: Transport, _ policy: AuthenticationPolicy, _ security: SocketSecurity,
        _ body: (Reply, String) async throws -> Void
    ) async throws {
        let context = try Context()
        let authenticator = Authenticator(context, policy: policy)
        try authenticator.start()
        let reply = try Reply(context) {
            $0.security = security
            $0.keepsMetadata = true
            $0.linger = .seconds(5)
        }
        try await body(reply, try reply.bind(transport.freshEndpoint()))
        #expect(try reply.tryReceive() == nil)
        await context.shutdown()
        await authenticator.stop()
    }

    /// One key in 85 has a text that looks like an option's name, and is taken for one unless it follows `=`.
    private func keysThatBeginWithDash() throws -> CurveKeyPair {
        while true {
            let keys = try CurveKeyPair.generate()
            if keys.publicKey.z85.hasPrefix("-") { return keys }
        }
    }

    private func ask(_ endpoint: String, _ options: [String]) async throws -> RunningProgram {
        let script = [PackageFolder.path("Tests/Interop/peer.py"), "req", "ask", "--count", "1"]
        return try await RunningProgram.python(script + ["--connect", endpoint, "--timeout", "60"] + options)
    }

    private func expectServed(_ peer: RunningProgram) async throws {
        #expect(try await peer.ending() == .exited(0))
        #expect(peer.errors.soFar == [])
    }

    /// The peer ends when libzmq tells it that its handshake failed. It does not count the seconds in which nothing came,
    /// as on a busy machine those may be over, and its alarm go off, before it has been refused.
    private func expectRefused(_ endpoint: String, _ options: [String]) async throws {
        let peer = try await ask(endpoint, options + ["--expect-refusal"])
        let ending = try await peer.ending()
        let errors = try await peer.errors.all()
        #expect(ending == .exited(3), "\(options): \(ending), \(errors)")
    }

    // MARK: pyzmq as the server

    private func echo(_ transport: Transport, _ options: [String]) async throws -> (RunningProgram, String) {
        let script = [PackageFolder.path("Tests/Interop/peer.py"), "rep", "echo", "--count", "1"]
        let peer = try await RunningProgram.python(script + ["--bind", transport.freshEndpoint()] + options)
        return (peer, try await peer.output.wait(for: "://"))
    }

    private func expectRefusal(by endpoint: String, _ security: SocketSecurity) async throws {
        let request = try Request(Context()) {
            $0.security = security
            $0.linger = .zero
        }
        let events = request.events
        try request.connect(endpoint)
        // Without waiting: refused at once, it has nobody left to send to.
        let isAsked = try request.trySend("let me in")
        let handshakes = events.filter { event in
            switch event.kind {
            case .handshakeFailed, .handshakeSucceeded: true
            default: false
            }
        }
        let first = try #require(await handshakes.first { _ in true })
        #expect(first.kind != .handshakeSucceeded, "\(security)")
        if isAsked { #expect(try request.tryReceive() == nil) }
        request.close()
    }

    private func expectService(by endpoint: String, _ security: SocketSecurity) async throws {
        let request = try Request(Context()) { $0.security = security }
        try request.connect(endpoint)
        try await request.send(["hello", "there"])
        #expect(try await request.receive() == ["hello", "there"])
    }

    private func certificate(_ arguments: String...) async throws -> [String] {
        let program = try await RunningProgram.python([PackageFolder.path("Tests/Interop/certificate.py")] + arguments)
        #expect(try await program.ending() == .exited(0))
        #expect(program.errors.soFar == [])
        return try await program.output.all()
    }
}
