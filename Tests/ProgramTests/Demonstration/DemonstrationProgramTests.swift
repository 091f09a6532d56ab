import Foundation
import ProcessSupport
import Testing

/// What `webgateway` brings along, through the real program.
@Suite(.timeLimit(.minutes(5))) struct DemonstrationProgramTests {
    let programs = Programs()

    @Test func `A gateway without options has a start page, a cart, and weather that comes by itself`() async throws {
        let gateway = try await programs.gateway()
        let page = try await gateway.ask("GET", "/")
        #expect(page.status == 200)
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page["content-security-policy"] == "default-src 'self'")
        #expect(page["content-length"] == "\(page.body.count)")
        for target in ["/style.css", "/start.js", "/icon.svg", "/cart", "/hello", "/echo"] {
            #expect(try await gateway.ask("GET", target).status == 200, "\(target)")
        }
        let missing = try await gateway.ask("GET", "/nobody")
        #expect(missing.status == 404)
        #expect(missing.code == "not-found")
        let weather = try await TopicReader(programs, of: gateway, "/weather/")
        for topic in ["berlin", "lisbon", "nairobi", "oslo"] {
            try await weather.program.output.wait(for: "event: \(topic)")
        }
    }

    @Test func `The echo shows a request as the gateway hands it on`() async throws {
        let gateway = try await programs.gateway()
        let answer = try await HTTPConnection.open(to: gateway.port).ask(
            "GET", "/echo?a=b", fields: [("x-request-id", "seen"), ("x-forwarded-for", "192.0.2.1")])
        let lines = answer.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "GET /echo?a=b")
        for line in [
            "host: localhost", "x-request-id: seen", "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http",
            "x-forwarded-host: localhost",
        ] { #expect(lines.contains(line), "\(lines)") }
        #expect(lines.contains { $0.hasPrefix("x-stream-credit: ") })
    }

    @Test func `Raw spellings of a path out of the folder get nothing through the gateway either`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("the secret", to: "secret.txt")
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site", withIntermediateDirectories: false)
        try folder.write("shown", to: "site/page.txt")
        let gateway = try await programs.gateway("--site", "\(folder.path)/site")
        let connection = try await HTTPConnection.open(to: gateway.port)
        #expect(try await connection.ask("GET", "/page.txt").text == "shown")
        for target in [
            "/../secret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt", "/x/../../secret.txt",
            "//../secret.txt", "/%252e%252e/secret.txt", "/.%2e/secret.txt", "/page.txt/../../secret.txt",
        ] {
            let answer = try await connection.ask("GET", target)
            #expect([400, 404].contains(answer.status), "\(target)")
            #expect(!answer.text.contains("the secret"))
        }
    }

    @Test func `Large files come whole and in parts, at their full length`() async throws {
        let folder = try TemporaryFolder()
        let text = (0..<500_000).map { String($0 % 10) }.joined()
        for name in ["large.txt", "other.bin"] { try folder.write(text + text + text, to: name) }
        let gateway = try await programs.gateway("--site", folder.path, "--site-list")
        let connection = try await HTTPConnection.open(to: gateway.port)
        let whole = try await connection.ask("GET", "/large.txt")
        #expect(whole.status == 200)
        #expect(whole["content-length"] == "1500000")
        #expect(whole["transfer-encoding"] == nil)
        #expect(whole.text == text + text + text)
        let head = try await connection.ask("HEAD", "/large.txt")
        #expect(head["content-length"] == "1500000")
        #expect(head.body.isEmpty)
        #expect(head["etag"] == whole["etag"])
        let part = try await connection.ask("GET", "/large.txt", fields: [("range", "bytes=999990-1400009")])
        #expect(part.status == 206)
        #expect(part["content-range"] == "bytes 999990-1400009/1500000")
        #expect(part.body.count == 400_020)
        let parts = try await connection.ask("GET", "/large.txt", fields: [("range", "bytes=0-99999,200000-299999")])
        #expect(parts.status == 206)
        #expect(parts["content-length"] == "\(parts.body.count)")
        let unmodified = try await connection.ask(
            "GET", "/large.txt", fields: [("if-none-match", try #require(whole["etag"]))])
        #expect(unmodified.status == 304)
        #expect(unmodified.body.isEmpty)
        #expect(try await connection.ask("GET", "/").text.contains("./large.txt"))
        #expect(try await connection.ask("DELETE", "/large.txt")["allow"] == "GET, HEAD")
    }

    @Test func `One process can serve everything`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try programs.demonstrationWorker("all", of: gateway)
        for service in ["hello", "echo", "cart", "default"] {
            try await gateway.program.errors.wait(for: "worker registered", "service=\(service) ")
        }
        for target in ["/hello", "/echo", "/cart", "/"] { #expect(try await gateway.ask("GET", target).status == 200) }
        worker.signal(15)
        #expect(try await worker.ending() == .exited(0))
    }

    @Test(arguments: [true, false])
    func `Without a site, a path that nobody serves is unknown to the gateway`(isEmbedded: Bool) async throws {
        let gateway = try await programs.gateway("--site", "off", "--demo-workers", isEmbedded ? "1" : "0")
        if !isEmbedded {
            _ = try programs.webgateway(
                "worker", "--connect", gateway.workerEndpoint, "--service", "all", "--site", "off")
        }
        for target in ["/hello", "/echo", "/cart"] { try await gateway.waitForService(target) }
        #expect(try await gateway.ask("GET", "/").code == "unknown-service")
    }

    @Test func `A cart lives in its file longer than the process that served it`() async throws {
        let folder = try TemporaryFolder()
        var cookie = ""
        for expected in [1, 2] {
            let gateway = try await programs.gateway("--cart-database", "\(folder.path)/carts.sqlite")
            let connection = try await HTTPConnection.open(to: gateway.port)
            let answer = try await connection.ask(
                "POST", "/cart/add?pizza=1", fields: [("accept", "application/json"), ("cookie", cookie)])
            #expect(answer.text == "{\"items\":[{\"name\":\"pizza\",\"amount\":\(expected)}]}\n")
            cookie = String(try #require(answer["set-cookie"]).prefix { $0 != ";" })
            gateway.program.signal(15)
            #expect(try await gateway.program.ending() == .exited(0))
        }
    }

    @Test func `A worker with carts of its own warns that no other process has them`() async throws {
        let folder = try TemporaryFolder()
        let gateway = try await programs.gateway("--demo-workers", "0")
        let words = ["worker", "--connect", gateway.workerEndpoint, "--service", "cart"]
        let alone = try programs.webgateway(words)
        let sharing = try programs.webgateway(words + ["--cart-database", "\(folder.path)/carts.sqlite"])
        try await alone.errors.wait(for: "--cart-database")
        try await gateway.program.errors.wait(for: "worker registered", "service=cart ", count: 2)
        sharing.signal(15)
        #expect(try await !sharing.errors.all().contains { $0.contains("--cart-database") })
    }

    @Test(arguments: [
        (["serve", "--site", "/nowhere/at/all"], "--site '/nowhere/at/all'"),
        (["serve", "--cart-database", "/nowhere/at/all"], "--cart-database '/nowhere/at/all'"),
        (["worker", "--connect", "tcp://127.0.0.1:1", "--service", "site", "--site", "/nowhere"], "--site '/nowhere'"),
        (["worker", "--connect", "tcp://127.0.0.1:1", "--service", "site", "--site", "off"], "--site 'off'"),
        (["worker", "--connect", "tcp://127.0.0.1:1", "--service", "shop"], "hello, echo, cart, site, all"),
    ])
    func `What cannot be used is said at the start`(arguments: [String], text: String) async throws {
        let program = try programs.webgateway(arguments)
        #expect(try await program.ending() == .exited(64))
        #expect(try await program.errors.all().joined(separator: "\n").contains(text))
    }
}
