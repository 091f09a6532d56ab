import ProcessSupport
import SwiftZMQ
import Synchronization
import Testing

/// The authenticator asked as libzmq asks it, frame by frame.
@Suite(.timeLimit(.minutes(5))) struct AuthenticatorTests {
    @Test func `A new policy lets nobody in`() async throws {
        let asked = try Asked(AuthenticationPolicy())
        #expect(try await asked.status(.null) == "400")
        #expect(try await asked.status(.plain("ada", "secret")) == "400")
        #expect(try await asked.status(.curve(Self.key)) == "400")
        #expect(try await asked.status(.gssapi("ada@REALM")) == "400")
        await asked.authenticator.stop()
    }

    @Test func `Everybody is let in where the policy says so`() async throws {
        var policy = AuthenticationPolicy()
        policy.admitsWithoutCredential = true
        policy.plain = .everybody
        policy.curve = .everybody
        policy.gssapi = .everybody
        let asked = try Asked(policy)
        #expect(try await asked.answer(.null) == ["1.0", "7", "200", "OK", "", ""])
        #expect(try await asked.answer(.plain("ada", "")) == ["1.0", "7", "200", "OK", "ada", ""])
        #expect(try await asked.answer(.curve(Self.key)) == ["1.0", "7", "200", "OK", Frame(Self.key.z85), ""])
        #expect(try await asked.answer(.gssapi("ada@REALM")) == ["1.0", "7", "200", "OK", "ada@REALM", ""])
        await asked.authenticator.stop()
    }

    @Test func `Passwords are compared as a whole`() async throws {
        var policy = AuthenticationPolicy()
        policy.plain = .passwords(["ada": "secret", "bob": "", "": "nameless"])
        let asked = try Asked(policy)
        #expect(try await asked.status(.plain("ada", "secret")) == "200")
        #expect(try await asked.status(.plain("bob", "")) == "200")
        for (name, password) in [
            ("ada", "secre"), ("ada", "secret "), ("ada", "Secret"), ("ada", ""), ("Ada", "secret"), ("bob", "secret"),
            ("eve", ""), ("eve", "secret"),
        ] { #expect(try await asked.status(.plain(name, password)) == "400", "\(name) \(password)") }
        await asked.authenticator.stop()
    }

    @Test func `Keys are let in by set and by name`() async throws {
        let (ada, bob, eve) = (try newKey(), try newKey(), try newKey())
        var policy = AuthenticationPolicy()
        policy.curve = .keys([ada, bob])
        let asked = try Asked(policy)
        #expect(try await asked.status(.curve(ada)) == "200")
        #expect(try await asked.status(.curve(bob)) == "200")
        #expect(try await asked.status(.curve(eve)) == "400")

        policy.curve = .users([ada: "ada"])
        asked.authenticator.policy = policy
        #expect(try await asked.answer(.curve(ada))[4] == "ada")
        #expect(try await asked.status(.curve(bob)) == "400")
        await asked.authenticator.stop()
    }

    @Test func `A certificate counts while it is in the folder`() async throws {
        let folder = try TemporaryFolder()
        let (ada, bob) = (CurveCertificate(try .generate()), CurveCertificate(try .generate()))
        var policy = AuthenticationPolicy()
        policy.curve = .certificates(in: folder.path)
        let asked = try Asked(policy)
        #expect(try await asked.status(.curve(ada.publicKey)) == "400")
        try ada.save(in: folder.path, name: "ada")
        #expect(try await asked.status(.curve(ada.publicKey)) == "200")
        // In the same file, at once.
        try folder.write(bob.publicCertificate.text, to: "ada.key")
        #expect(try await asked.status(.curve(ada.publicKey)) == "400")
        #expect(try await asked.status(.curve(bob.publicKey)) == "200")
        // By no other name, and not hidden.
        try folder.write(ada.publicCertificate.text, to: "ada.key.old")
        try folder.write(ada.publicCertificate.text, to: ".ada.key")
        #expect(try await asked.status(.curve(ada.publicKey)) == "400")
        // Beside what is no certificate.
        try folder.write("rubbish", to: "rubbish.key")
        #expect(try await asked.status(.curve(bob.publicKey)) == "200")
        try folder.remove("ada.key")
        #expect(try await asked.status(.curve(bob.publicKey)) == "400")
        await asked.authenticator.stop()
    }

    @Test func `A folder that cannot be read lets nobody in`() async throws {
        var policy = AuthenticationPolicy()
        policy.curve = .certificates(in: "/no/such/folder")
        let asked = try Asked(policy)
        let answer = try await asked.answer(.curve(Self.key))
        #expect(answer[2] == "500")
        #expect(String(answer[3]).contains("/no/such/folder"))
        await asked.authenticator.stop()
    }

    @Test func `Addresses are let in and kept out by block`() async throws {
        var policy = AuthenticationPolicy()
        policy.admitsWithoutCredential = true
        policy.addresses = try .only("127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "192.0.2.128/25", "ipc:1000")
        let asked = try Asked(policy)
        for address in [
            "127.0.0.1", "10.1.2.3", "10.255.255.255", "2001:db8:1::1", "192.0.2.129", "::ffff:10.0.0.1",
            ":1000:100:4711", "localhost:1000:100:4711", "2001:db8::1%eth0",
        ] { #expect(try await asked.status(.null, from: address) == "200", "\(address)") }
        for address in [
            "127.0.0.2", "11.0.0.0", "9.255.255.255", "2001:db9::1", "192.0.2.127", ":0:0:1", "localhost:0:0:1",
            "elsewhere:1000:1:1",
            ":10000:1:1", "",
            "nonsense",
            "::a00:1",
        ] { #expect(try await asked.status(.null, from: address) == "400", "\(address)") }

        policy.addresses = try .allBut("10.0.0.0/8", "ipc")
        asked.authenticator.policy = policy
        for address in ["127.0.0.1", "::1", "11.0.0.1"] {
            #expect(try await asked.status(.null, from: address) == "200", "\(address)")
        }
        for address in ["10.0.0.1", "::ffff:10.0.0.1", ":0:0:1", "localhost:0:0:1", "", "nonsense"] {
            #expect(try await asked.status(.null, from: address) == "400", "\(address)")
        }
        await asked.authenticator.stop()
    }

    @Test func `An address rule holds for those with a credential, too`() async throws {
        var policy = AuthenticationPolicy()
        policy.plain = .everybody
        policy.addresses = try .only("10.0.0.1")
        let asked = try Asked(policy)
        #expect(try await asked.status(.plain("ada", ""), from: "10.0.0.1") == "200")
        #expect(try await asked.status(.plain("ada", ""), from: "10.0.0.2") == "400")
        await asked.authenticator.stop()
    }

    @Test func `All addresses are version 4's or version 6's`() throws {
        let four = try AddressRule.only("0.0.0.0/0")
        #expect(four.admits("203.0.113.1") && !four.admits("2001:db8::1"))
        let all = try AddressRule.only("::/0")
        #expect(all.admits("203.0.113.1") && all.admits("2001:db8::1") && !all.admits(":1:1:1"))
        #expect(AddressRule.any.admits("whatever"))
    }

    @Test(arguments: [
        "", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0.0/8/8", "ipc:",
        "ipc:root",
        "10.0.0.1 ",
    ])
    func `What is no address is refused by name`(text: String) throws {
        let error = #expect(throws: ZMQError.self) { try AddressRule.only(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains(text.debugDescription) == true)
        #expect(code { try AddressRule.allBut("127.0.0.1", text) } == .invalidArgument)
    }

    @Test func `A closure decides, with metadata, and is told who asks`() async throws {
        var policy = AuthenticationPolicy()
        policy.plain = .decided { credential, request in
            switch credential.username {
            case "ada": .admitted(userID: "\(request.domain)/\(credential.username)", metadata: ["X-Rank": "countess"])
            case "later": .retryLater("come back")
            case "zero": .admitted(userID: "ada\0eve")
            case "nameless": .admitted(userID: "x", metadata: ["": "no name"])
            default: .denied("\(request.address) \(request.mechanism) \(request.routingID)")
            }
        }
        let asked = try Asked(policy)
        let answer = try await asked.answer(.plain("ada", ""))
        #expect(answer[4] == "domain/ada")
        #expect(answer[5] == Frame([6] + Array("X-Rank".utf8) + [0, 0, 0, 8] + Array("countess".utf8)))
        #expect(try await asked.answer(.plain("later", "")) == ["1.0", "7", "300", "come back", "", ""])
        #expect(try await asked.answer(.plain("eve", ""))[3] == "127.0.0.1 PLAIN socket")
        #expect(try await asked.status(.plain("nameless", "")) == "500")
        #expect(try await asked.status(.plain("zero", "")) == "500")
        await asked.authenticator.stop()
    }

    @Test func `An error in a closure lets nobody in`() async throws {
        struct Broken: Error {}
        var policy = AuthenticationPolicy()
        policy.curve = .decided { _, _ in throw Broken() }
        let asked = try Asked(policy)
        #expect(try await asked.status(.curve(Self.key)) == "500")
        await asked.authenticator.stop()
    }

    @Test func `A slow closure keeps nobody else waiting`() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        var policy = AuthenticationPolicy()
        policy.plain = .decided { credential, _ in
            if credential.username == "slow" { for await _ in released { break } }
            return .admitted(credential)
        }
        let asked = try Asked(policy)
        let other = try Asked(sharing: asked)
        try await asked.ask(.plain("slow", ""))
        #expect(try await other.status(.plain("fast", "")) == "200")
        release.yield()
        #expect(try await asked.nextAnswer()[4] == "slow")
        await asked.authenticator.stop()
    }

    @Test func `Each domain has its own policy, and the others the general one`() async throws {
        var general = AuthenticationPolicy()
        general.plain = .passwords(["ada": "general"])
        var special = AuthenticationPolicy()
        special.plain = .passwords(["ada": "special"])
        let asked = try Asked(general)
        asked.authenticator["special"] = special
        #expect(try await asked.status(.plain("ada", "general"), domain: "any") == "200")
        #expect(try await asked.status(.plain("ada", "general"), domain: "special") == "400")
        #expect(try await asked.status(.plain("ada", "special"), domain: "special") == "200")
        asked.authenticator["special"] = nil
        #expect(try await asked.status(.plain("ada", "general"), domain: "special") == "200")
        await asked.authenticator.stop()
    }

    @Test func `Malformed requests are refused`() async throws {
        var policy = AuthenticationPolicy()
        policy.admitsWithoutCredential = true
        policy.plain = .everybody
        policy.curve = .everybody
        policy.gssapi = .everybody
        let asked = try Asked(policy)
        let bytes = Frame([0xFF, 0xFE])
        let malformed: [Message] = [
            ["1.0", "7"],
            ["1.0", "7", "", "127.0.0.1", ""],
            ["1.1", "7", "", "127.0.0.1", "", "NULL"],
            ["", "7", "", "127.0.0.1", "", "NULL"],
            ["1.0", "7", "", "127.0.0.1", "", "NULL", "surplus"],
            ["1.0", "7", "", "127.0.0.1", "", "null"],
            ["1.0", "7", "", "127.0.0.1", "", "MAGIC", "wand"],
            ["1.0", "7", "", "127.0.0.1", "", "PLAIN", "ada"],
            ["1.0", "7", "", "127.0.0.1", "", "PLAIN", "ada", "secret", "surplus"],
            ["1.0", "7", "", "127.0.0.1", "", "PLAIN", "ada", bytes],
            ["1.0", "7", "", "127.0.0.1", "", "PLAIN", bytes, "secret"],
            ["1.0", "7", "", "127.0.0.1", "", "PLAIN", "ada\0eve", "secret"],
            ["1.0", "7", "", "127.0.0.1", "", "GSSAPI", "ada\0eve"],
            ["1.0", "7", "", "127.0.0.1", "", "CURVE", "too short"],
            ["1.0", "7", "", "127.0.0.1", "", "CURVE"],
            ["1.0", "7", "", "127.0.0.1", "", "GSSAPI"],
            ["1.0", "7", bytes, "127.0.0.1", "", "NULL"],
            ["1.0", "7", "", bytes, "", "NULL"],
        ]
        for request in malformed {
            let answer = try await asked.answer(request)
            #expect(answer[0] == "1.0" && answer[1] == "7" && answer[2] == "400", "\(request): \(answer)")
            #expect(answer.count == 6)
        }
        // Nobody could be answered; and it goes on.
        try await asked.dealer.send(["no delimiter"])
        #expect(try await asked.answer([""])[2] == "400")
        #expect(try await asked.status(.null) == "200")
        await asked.authenticator.stop()
    }

    @Test func `Each decision is reported, without a password`() async throws {
        let reports = Mutex<[(AuthenticationRequest, AuthenticationDecision)]>([])
        var policy = AuthenticationPolicy()
        policy.plain = .passwords(["ada": "open sesame"])
        let asked = try Asked(policy) { request, decision in reports.withLock { $0.append((request, decision)) } }
        _ = try await asked.answer(.plain("ada", "open sesame"))
        _ = try await asked.answer(.plain("ada", "open barley"))
        await asked.authenticator.stop()
        let told = reports.withLock { $0 }
        #expect(told.map(\.1) == [.admitted(userID: "ada"), .denied("wrong name or password")])
        #expect(told.allSatisfy { $0.0.mechanism == .plain && $0.0.domain == "domain" && $0.0.address == "127.0.0.1" })
        let text = "\(told)"
        #expect(!text.contains("sesame") && !text.contains("barley"))
        #expect(!String(describing: PlainCredential.self).contains("sesame"))
    }

    // MARK: Life

    @Test func `A context has one authenticator at a time`() async throws {
        let context = try Context()
        let (first, second) = (Authenticator(context), Authenticator(context))
        try first.start()
        #expect(code { try first.start() } == .wrongState)
        #expect(code { try second.start() } == .addressInUse)
        await first.stop()
        await first.stop()
        for _ in 0..<50 {
            try second.start()
            await second.stop()
        }
        try first.start()
        await context.shutdown()
        #expect(code { try first.start() } == .terminated)
        await first.stop()
    }

    @Test func `Running ends with its task, with a stop and with the context`() async throws {
        let context = try Context()
        let authenticator = Authenticator(context)
        let cancelled = Task { try await authenticator.run() }
        try await letOthersWait()
        cancelled.cancel()
        try await cancelled.value

        let stopped = Task { try await authenticator.run() }
        let dealer = try Dealer(context) { $0.linger = .zero }
        try dealer.connect("inproc://zeromq.zap.01")
        try await dealer.send(["", "1.0", "7", "", "127.0.0.1", "", "NULL"])
        #expect(try await dealer.receive()[3] == "400")
        #expect(code { try authenticator.start() } == .wrongState)
        await authenticator.stop()
        try await stopped.value

        let ended = Task { try await authenticator.run() }
        try await letOthersWait()
        await context.shutdown()
        _ = await ended.result
    }

    @Test func `A stop cancels the rule that is looking into a question`() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        var policy = AuthenticationPolicy()
        policy.plain = .decided { credential, _ in
            begin.yield()
            try await Task.sleep(for: .seconds(3600))
            return .admitted(credential)
        }
        let asked = try Asked(policy)
        try await asked.ask(.plain("ada", ""))
        for await _ in begun { break }
        await asked.authenticator.stop()
        #expect(await code { try await asked.dealer.receive(timeout: .milliseconds(20)) } == .timedOut)
    }

    @Test func `It runs on when the program keeps no reference to it`() async throws {
        let context = try Context()
        try Authenticator(context).start()
        let dealer = try Dealer(context)
        try dealer.connect("inproc://zeromq.zap.01")
        try await dealer.send(["", "1.0", "7", "", "127.0.0.1", "", "NULL"])
        #expect(try await dealer.receive()[3] == "400")
        await context.shutdown()
    }

    @Test func `Many questions at once are all answered`() async throws {
        var policy = AuthenticationPolicy()
        policy.plain = .decided { credential, _ in
            await Task.yield()
            return .admitted(credential)
        }
        let asked = try Asked(policy)
        for number in 0..<500 { try await asked.ask(.plain("\(number)", "")) }
        var users: Set<Frame> = []
        for _ in 0..<500 { users.insert(try await asked.nextAnswer()[4]) }
        #expect(users.count == 500)
        await asked.authenticator.stop()
    }

    // MARK: Asking

    private static let key: CurveKey = {
        guard let key = try? CurveKey([UInt8](repeating: 9, count: 32)) else { preconditionFailure("32 bytes") }
        return key
    }()

    private func newKey() throws -> CurveKey { try CurveKeyPair.generate().publicKey }

    enum Credential {
        case null
        case plain(String, String)
        case curve(CurveKey)
        case gssapi(String)

        var frames: [Frame] {
            switch self {
            case .null: ["NULL"]
            case .plain(let name, let password): ["PLAIN", Frame(name), Frame(password)]
            case .curve(let key): ["CURVE", Frame(key.bytes)]
            case .gssapi(let principal): ["GSSAPI", Frame(principal)]
            }
        }
    }

    /// An authenticator, and a socket that asks it as libzmq does.
    struct Asked {
        let context: Context
        let authenticator: Authenticator
        let dealer: Dealer

        init(_ policy: AuthenticationPolicy, report: Authenticator.Report? = nil) throws {
            context = try Context()
            authenticator = Authenticator(context, policy: policy, report: report)
            try authenticator.start()
            dealer = try Dealer(context) { $0.linger = .zero }
            try dealer.connect("inproc://zeromq.zap.01")
        }

        init(sharing other: Asked) throws {
            context = other.context
            authenticator = other.authenticator
            dealer = try Dealer(context) { $0.linger = .zero }
            try dealer.connect("inproc://zeromq.zap.01")
        }

        func ask(_ credential: Credential, from address: String = "127.0.0.1", domain: String = "domain") async throws {
            var request: Message = ["", "1.0", "7", Frame(domain), Frame(address), "socket"]
            request.append(contentsOf: credential.frames)
            try await dealer.send(request)
        }

        func nextAnswer() async throws -> [Frame] {
            let answer = try await dealer.receive(timeout: .seconds(20))
            #expect(answer.first == "")
            return Array(answer.dropFirst())
        }

        func answer(
            _ credential: Credential, from address: String = "127.0.0.1", domain: String = "domain"
        ) async throws -> [Frame] {
            try await ask(credential, from: address, domain: domain)
            return try await nextAnswer()
        }

        func answer(_ request: Message) async throws -> [Frame] {
            try await dealer.send(Message("", followedBy: request))
            return try await nextAnswer()
        }

        func status(
            _ credential: Credential, from address: String = "127.0.0.1", domain: String = "domain"
        ) async throws -> Frame {
            try await answer(credential, from: address, domain: domain)[2]
        }
    }
}
