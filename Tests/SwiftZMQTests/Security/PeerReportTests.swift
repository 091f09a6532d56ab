import Foundation
import ProcessSupport
import SwiftZMQ
import Synchronization
import Testing

/// What users of other bindings have stumbled over, tried with this one.
@Suite(.timeLimit(.minutes(5))) struct PeerReportTests {
    private func keys(where isWanted: (CurveKeyPair) -> Bool) throws -> CurveKeyPair {
        while true {
            let keys = try CurveKeyPair.generate()
            if isWanted(keys) { return keys }
        }
    }

    private func everybody() -> AuthenticationPolicy {
        var policy = AuthenticationPolicy()
        policy.admitsWithoutCredential = true
        policy.plain = .everybody
        policy.curve = .everybody
        return policy
    }

    @Test func `Keys with zeros among their bytes, and with every character of Z85, work`() async throws {
        let context = try Context()
        for character in "#\"'-=$%*@ 0".filter({ $0 != " " && $0 != "\"" && $0 != "'" }) {
            let server = try keys { $0.publicKey.bytes.contains(0) || $0.secretKey.bytes.contains(0) }
            let client = try keys { $0.publicKey.z85.contains(character) && $0.secretKey.z85.contains(character) }
            let text = try CurveCertificate(client).text
            #expect(try CurveCertificate(text: text).keys == client)
            let pull = try Pull(context) { $0.security = .curveServer(server) }
            let push = try Push(context) { $0.security = .curveClient(client, server: server.publicKey) }
            try push.connect(pull.bind("tcp://127.0.0.1:*"))
            try await push.send("\(character)")
            #expect(try await pull.receive(timeout: .seconds(20)) == ["\(character)"])
        }
    }

    @Test func `An authenticator lets in from when it has been started, however often it is`() async throws {
        let context = try Context()
        for _ in 0..<20 {
            let authenticator = Authenticator(context, policy: everybody())
            try authenticator.start()
            let pull = try Pull(context) { $0.security = .plainServer(domain: "site") }
            let push = try Push(context) { $0.security = .plainClient(username: "ada", password: "") }
            try push.connect(pull.bind("tcp://127.0.0.1:*"))
            try await push.send("hello")
            #expect(try await pull.receive(timeout: .seconds(20)) == ["hello"])
            push.close()
            pull.close()
            await authenticator.stop()
        }
        await context.shutdown()
    }

    @Test func `A shutdown does not wait for a rule that is looking into a question`() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        var policy = AuthenticationPolicy()
        policy.plain = .decided { credential, _ in
            begin.yield()
            try await Task.sleep(for: .seconds(3600))
            return .admitted(credential)
        }
        let context = try Context()
        let authenticator = Authenticator(context, policy: policy)
        let running = Task { try await authenticator.run() }
        let pull = try Pull(context) { $0.security = .plainServer }
        let push = try Push(Context()) {
            $0.security = .plainClient(username: "ada", password: "")
            $0.linger = .zero
        }
        try await letOthersWait()
        try push.connect(pull.bind("tcp://127.0.0.1:*"))
        for await _ in begun { break }
        await context.shutdown()
        try await running.value
    }

    @Test func `Connections that say nothing keep nobody out, and are closed after the handshake interval`()
        async throws
    {
        let context = try Context()
        let authenticator = Authenticator(context, policy: everybody())
        try authenticator.start()
        let pull = try Pull(context) {
            $0.security = .plainServer(domain: "site")
            $0.handshakeInterval = .milliseconds(300)
        }
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let silent = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        for _ in 0..<200 { try silent.connect(endpoint) }
        let push = try Push(Context()) { $0.security = .plainClient(username: "ada", password: "") }
        try push.connect(endpoint)
        try await push.send("hello")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["hello"])
        // An empty message tells of a connection, and of its end.
        var ends = 0
        while ends < 400 {
            if try await silent.receive(timeout: .seconds(20))[1].isEmpty { ends += 1 }
        }
        await context.shutdown()
        await authenticator.stop()
    }

    @Test(arguments: ["tcp://[::1]:*", "tcp://127.0.0.1:*", "tcp://[::]:*"])
    func `Addresses of both versions are told from each other on a socket that has both`(endpoint: String) async throws
    {
        let context = try Context { $0.usesIPv6 = true }
        var policy = everybody()
        let isVersion6 = endpoint.contains("[::1]")
        policy.addresses = try isVersion6 ? .only("::1/128") : .only("127.0.0.0/8")
        let seen = Mutex<[String]>([])
        let authenticator = Authenticator(context, policy: policy) { request, _ in
            seen.withLock { $0.append(request.address) }
        }
        try authenticator.start()
        let pull = try Pull(context) { $0.zapDomain = "site" }
        let bound = try pull.bind(endpoint)
        let push = try Push(context)
        try push.connect(bound.replacing("[::]", with: "127.0.0.1").replacing("0.0.0.0", with: "127.0.0.1"))
        try await push.send("hello")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["hello"], "\(seen.withLock { $0 })")
        await context.shutdown()
    }

    @Test func `A user of this machine is told from others over ipc`() async throws {
        let own = getuid()
        for (rule, isLetIn) in [("ipc:\(own)", true), ("ipc:\(own + 1)", false), ("127.0.0.1", false)] {
            let context = try Context()
            var policy = everybody()
            policy.addresses = try .only(rule)
            let authenticator = Authenticator(context, policy: policy)
            try authenticator.start()
            let pull = try Pull(context) { $0.zapDomain = "site" }
            let push = try Push(context) { $0.linger = .zero }
            let events = push.events
            try push.connect(pull.bind("ipc://*"))
            let outcome = await events.first { event in
                switch event.kind {
                case .handshakeSucceeded, .handshakeFailed: true
                default: false
                }
            }
            #expect((outcome?.kind == .handshakeSucceeded) == isLetIn, "\(rule): \(String(describing: outcome))")
            await context.shutdown()
        }
    }

    @Test func `Keys are made while contexts with encrypted connections come and go`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<200 { _ = try CurveKeyPair.generate() } }
                group.addTask {
                    for _ in 0..<5 {
                        let context = try Context()
                        let keys = try CurveKeyPair.generate()
                        let pull = try Pull(context) { $0.security = .curveServer(keys) }
                        let push = try Push(context) {
                            $0.security = try .curveClient(.generate(), server: keys.publicKey)
                        }
                        try push.connect(pull.bind("tcp://127.0.0.1:*"))
                        try await push.send("hello")
                        #expect(try await pull.receive(timeout: .seconds(60)) == ["hello"])
                        await context.shutdown()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `A subscriber to everything is served through CURVE`() async throws {
        let keys = try CurveKeyPair.generate()
        let context = try Context()
        let publisher = try XPublisher(context) { $0.security = .curveServer(keys) }
        let subscriber = try Subscriber(context, topics: [""]) {
            $0.security = try .curveClient(.generate(), server: keys.publicKey)
        }
        try subscriber.connect(publisher.bind("tcp://127.0.0.1:*"))
        #expect(try await publisher.receive(timeout: .seconds(20)) == ["\u{1}"])
        try await publisher.send(["", "news"])
        #expect(try await subscriber.receive(timeout: .seconds(20)) == ["", "news"])
    }

    @Test func `What else lies in a folder of certificates keeps nobody out`() async throws {
        let folder = try TemporaryFolder()
        let ada = CurveCertificate(try .generate()).publicCertificate
        try FileManager.default.createDirectory(atPath: "\(folder.path)/folder.key", withIntermediateDirectories: false)
        try #require(mkfifo("\(folder.path)/pipe.key", 0o600) == 0)
        try #require(symlink("/no/such/file", "\(folder.path)/dangling.key") == 0)
        try #require(symlink("loop.key", "\(folder.path)/loop.key") == 0)
        try folder.write(String(repeating: "#\n", count: 100_000), to: "long.key")
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: "\(folder.path)/binary.key"))
        try ada.write(to: "\(folder.path)/ada.pem")
        try #require(symlink("ada.pem", "\(folder.path)/ada.key") == 0)
        var policy = AuthenticationPolicy()
        policy.curve = .certificates(in: folder.path)
        let asked = try AuthenticatorTests.Asked(policy)
        #expect(try await asked.status(.curve(ada.publicKey)) == "200")
        #expect(try await asked.status(.curve(CurveKeyPair.generate().publicKey)) == "400")
        await asked.authenticator.stop()
    }

    @Test func `A folder of certificates may be changed, removed and made again while it is asked about`() async throws
    {
        let folder = try TemporaryFolder()
        let (ada, eve) = (CurveCertificate(try .generate()).publicCertificate, try CurveKeyPair.generate().publicKey)
        var policy = AuthenticationPolicy()
        policy.curve = .certificates(in: "\(folder.path)/clients")
        let asked = try AuthenticatorTests.Asked(policy)
        let changing = Task.detached {
            for round in 0..<100 {
                try FileManager.default.createDirectory(
                    atPath: "\(folder.path)/clients", withIntermediateDirectories: true)
                try ada.save(in: "\(folder.path)/clients", name: "ada\(round)")
                if round % 10 == 9 { try FileManager.default.removeItem(atPath: "\(folder.path)/clients") }
            }
        }
        for _ in 0..<200 { #expect(try await asked.status(.curve(eve)) != "200") }
        try await changing.value
        #expect(try await asked.status(.curve(ada.publicKey)) == "500")
        try FileManager.default.createDirectory(atPath: "\(folder.path)/clients", withIntermediateDirectories: true)
        try ada.save(in: "\(folder.path)/clients", name: "ada")
        #expect(try await asked.status(.curve(ada.publicKey)) == "200")
        await asked.authenticator.stop()
    }

    @Test func `A secret file is its owner's alone, whatever mask the process has`() throws {
        let folder = try TemporaryFolder()
        try folder.write("another's", to: "elsewhere")
        try #require(symlink("elsewhere", "\(folder.path)/ada.key_secret") == 0)
        try CurveCertificate(.generate()).save(in: folder.path, name: "ada")
        #expect(try folder.permissions(of: "ada.key_secret") == 0o600)
        // Not through the link, whose file others may read.
        #expect(try folder.text(of: "elsewhere") == "another's")
    }

    @Test(arguments: [
        "\u{FEFF}curve\n    public-key = \"PUBLIC\"\n    secret-key = \"SECRET\"\n",
        "curve\n\tpublic-key = \"PUBLIC\"\n    secret-key = \"SECRET\"\n",
        "curve\n        public-key = \"PUBLIC\"\n    secret-key = \"SECRET\"\n",
        "curve\r\n\r\n    public-key = PUBLIC   \r\n    # in between\r\n    secret-key =  SECRET\t\r\n",
        "curve # keys\r    public-key='PUBLIC'#\r    secret-key='SECRET' # \"\r",
    ])
    func `A secret certificate from elsewhere is read with its secret, however it is written`(text: String) throws {
        let keys = try keys { !($0.publicKey.z85 + $0.secretKey.z85).contains("#") }
        let written = text.replacing("PUBLIC", with: keys.publicKey.z85)
            .replacing("SECRET", with: keys.secretKey.z85)
        #expect(try CurveCertificate(text: written).keys == keys)
    }

    @Test func `A key without quotes that contains the sign of comments is refused, and not cut short`() throws {
        let keys = try keys { $0.publicKey.z85.dropFirst().contains("#") }
        #expect(
            code { try CurveCertificate(text: "curve\n    public-key = \(keys.publicKey.z85)\n") } == .invalidArgument)
    }

    @Test func `A child of fork is told that it cannot start its parent's authenticator`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let authenticator = Authenticator(context)
            let other = Authenticator(try Context())
            try authenticator.start()
            try Child.run { code { try other.start() } == .wrongState ? 0 : 1 }
            try Child.run { code { try authenticator.start() } == .wrongState ? 0 : 1 }
            let dealer = try Dealer(context) { $0.linger = .zero }
            try dealer.connect("inproc://zeromq.zap.01")
            try await dealer.send(["", "1.0", "7", "", "127.0.0.1", "", "NULL"])
            let answer = try await dealer.receive(timeout: .seconds(20))
            precondition(answer[3] == "400")
            await context.shutdown()
        }
    }
}
