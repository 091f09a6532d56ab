import ProcessSupport
import SwiftZMQ
import Testing

/// Security between the binding and pyzmq, each in both roles: `Tests/Interop/peer.py` is the other end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SecurityInteropTests {
    static let transports = [Transport.tcp, .ipc]

    @Test(arguments: transports)
    func `A pyzmq client with the right key or password is served, and no other`(transport: Transport) async throws {
        let folder = try TemporaryFolder()
        let server = try CurveKeyPair.generate()
        let (ada, eve) = (CurveCertificate(try .generate()), CurveCertificate(try .generate()))
        try ada.save(in: folder.path, name: "ada")
        try eve.save(in: folder.path, name: "eve")
        var policy = AuthenticationPolicy()
        policy.curve = .users([ada.publicKey: "ada"])
        policy.plain = .passwords(["ada": "secret"])

        try await serve(transport, policy, .curveServer(server, domain: "site")) { reply, endpoint in
            let key = ["--server-key", server.publicKey.z85]
            let adas = ["--certificate", "\(folder.path)/ada.key_secret"]
            let right = try await ask(endpoint, adas + key)
            let received = try await reply.receive()
            #expect(received[0].metadata.userID == "ada")
            try await reply.send(received)
            try await expectServed(right)
            try await expectRefused(endpoint, ["--certificate", "\(folder.path)/eve.key_secret"] + key)
            try await expectRefused(endpoint, adas + ["--server-key", eve.publicKey.z85])
            try await expectRefused(endpoint, [])
            try await expectRefused(endpoint, ["--user", "ada:secret"])
        }
        try await serve(transport, policy, .plainServer) { reply, endpoint in
            let right = try await ask(endpoint, ["--user", "ada:secret"])
            let received = try await reply.receive()
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

    private func ask(_ endpoint: String, _ options: [String], timeout: String = "60") async throws -> RunningProgram {
        let script = [PackageFolder.path("Tests/Interop/peer.py"), "req", "ask", "--count", "1"]
        return try await RunningProgram.python(script + ["--connect", endpoint, "--timeout", timeout] + options)
    }

    private func expectServed(_ peer: RunningProgram) async throws {
        #expect(try await peer.ending() == .exited(0))
        #expect(peer.errors.soFar == [])
    }

    private func expectRefused(_ endpoint: String, _ options: [String]) async throws {
        let peer = try await ask(endpoint, options, timeout: "0.5")
        #expect(try await peer.ending() == .exited(2), "\(options)")
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
        try request.connect(endpoint)
        // Without waiting: refused at once, it has nobody left to send to, and then nothing to wait for.
        guard try request.trySend("let me in") else { return request.close() }
        #expect(await code { try await request.receive(timeout: .milliseconds(300)) } == .again, "\(security)")
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
