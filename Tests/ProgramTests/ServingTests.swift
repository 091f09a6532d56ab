import ProcessSupport
import Testing

/// The gateway as a program, with its embedded demonstration workers.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServingTests {
    let programs = Programs()

    @Test func `A greeting comes from an embedded worker`() async throws {
        let gateway = try await programs.gateway()
        let answer = try await gateway.ask("GET", "/hello?name=Ada")
        #expect(answer.status == 200)
        #expect(answer.text == "Hello, Ada!\n")
        #expect(answer["content-type"] == "text/plain; charset=utf-8")
        #expect(answer["date"] != nil)
        #expect(answer["x-request-id"] != nil)
    }

    @Test func `Serving is what it does without a subcommand`() async throws {
        let gateway = try await RunningGateway(
            programs.webgateway("--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "off"))
        #expect(try await gateway.ask("GET", "/hello").text == "Hello, world!\n")
    }

    @Test func `Every address it is given gets a line and serves`() async throws {
        let program = try programs.webgateway(
            "serve", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*",
            "--workers", "ipc://*", "--admin", "off")
        try await program.output.wait(for: "workers on ipc://")
        let lines = program.output.soFar
        let ports = lines.filter { $0.hasPrefix("listening on http://127.0.0.1:") }
            .compactMap { $0.split(separator: ":").last.flatMap { Int($0) } }
        #expect(Set(ports).count == 2)
        for port in ports { #expect(try await HTTPConnection.open(to: port).ask("GET", "/hello").status == 200) }
        let endpoint = try #require(lines.first { $0.hasPrefix("workers on ipc://") }).dropFirst(11)
        _ = try programs.webgateway("worker", "--connect", String(endpoint), "--service", "echo")
        try await program.errors.wait(for: "worker registered", "service=echo ", count: 3)
    }

    @Test func `A mebibyte of random bytes comes back as it went`() async throws {
        let gateway = try await programs.gateway()
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<(1 << 17)).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64) { Array($0) } }
        let answer = try await gateway.ask("POST", "/echo", body: bytes)
        #expect(answer.status == 200)
        #expect(answer.body == bytes)
    }

    @Test func `HEAD is answered with the fields of GET and no body`() async throws {
        let gateway = try await programs.gateway()
        let connection = try await HTTPConnection.open(to: gateway.port)
        let head = try await connection.ask("HEAD", "/hello?name=Ada")
        #expect(head.status == 200)
        #expect(head["content-length"] == "12")
        #expect(head.body.isEmpty)
        // On the same connection: not a byte of a body was left in it.
        #expect(try await connection.ask("GET", "/hello?name=Ada").text == "Hello, Ada!\n")
    }

    @Test func `A body over the limit is refused and one at the limit is not`() async throws {
        let gateway = try await programs.gateway("--max-body", "1KiB")
        #expect(try await gateway.ask("POST", "/echo", body: [UInt8](repeating: 7, count: 1024)).status == 200)
        let answer = try await gateway.ask("POST", "/echo", body: [UInt8](repeating: 7, count: 1025))
        #expect(answer.status == 413)
        #expect(answer.code == "body-too-large")
    }

    @Test func `A service that nobody serves is not found`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        _ = try programs.demonstrationWorker("hello", of: gateway)
        try await gateway.waitForService("/hello")
        let connection = try await HTTPConnection.open(to: gateway.port)
        let answer = try await connection.ask("GET", "/nobody")
        #expect(answer.status == 404)
        #expect(answer.code == "unknown-service")
        #expect(try await connection.ask("GET", "/hello").status == 200)
    }

    @Test func `A service whose last worker left answers 503 after the grace`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try programs.demonstrationWorker("hello", of: gateway)
        try await gateway.waitForService("/hello")
        worker.signal(15)
        #expect(try await worker.ending() == .exited(0))
        let start = ContinuousClock.now
        let answer = try await gateway.ask("GET", "/hello")
        #expect(answer.status == 503)
        #expect(answer.code == "no-worker")
        #expect(answer["retry-after"] != nil)
        #expect(start.duration(to: .now) >= .milliseconds(900))
    }

    @Test func `Clients that try again are served once a worker is back`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let first = try programs.demonstrationWorker("hello", of: gateway)
        try await gateway.waitForService("/hello")
        first.signal(15)
        #expect(try await first.ending() == .exited(0))
        // Whether the new worker is there within the grace is up to the machine; a client that gets 503 tries again.
        _ = try programs.demonstrationWorker("hello", of: gateway)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var status = 0
                    repeat { status = try await gateway.ask("GET", "/hello").status } while status == 503
                    return status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [200, 200, 200, 200])
    }
}
