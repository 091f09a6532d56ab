import Glibc
import ProcessSupport
import Testing

/// SIGHUP: the configuration is read again, all or nothing.
@Suite(.timeLimit(.minutes(5))) struct ReloadTests {
    let programs = Programs()

    static let first = """
        max-body: 10B
        routes:
          - {path: /old/, service: echo, methods: [GET, POST]}
        """

    @Test func `Routes and limits change while the gateway serves, and connections stay open`() async throws {
        let file = try TemporaryFile(Self.first)
        let gateway = try await programs.gateway("--config", file.path)
        try await gateway.waitForService("/hello")
        let connection = try await HTTPConnection.open(to: gateway.port)
        #expect(try await connection.ask("POST", "/old/x", body: Array("0123456789".utf8)).status == 200)
        #expect(try await connection.ask("GET", "/new/x").status == 404)
        #expect(try await connection.ask("DELETE", "/old/x").status == 405)

        try file.replace(
            with: """
                max-body: 20B
                heartbeat: 5s
                routes:
                  - {path: /new/, service: echo, max-body: 30B}
                  - {path: /later/, service: nobody-yet}
                """)
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again", "routes=2")
        try await gateway.program.errors.wait(for: "takes effect when the gateway is started anew", "setting=heartbeat")
        #expect(try await connection.ask("GET", "/old/x").status == 404)
        #expect(try await connection.ask("POST", "/new/x", body: Array(repeating: 1, count: 30)).status == 200)
        #expect(try await connection.ask("POST", "/echo", body: Array(repeating: 1, count: 20)).status == 200)
        #expect(try await connection.ask("GET", "/later/x").code == "no-worker")
        #expect(try await connection.ask("POST", "/echo", body: Array(repeating: 1, count: 21)).status == 413)
    }

    @Test func `Nothing of an invalid file takes effect, and what is wrong is logged`() async throws {
        let file = try TemporaryFile(Self.first)
        let gateway = try await programs.gateway("--config", file.path)
        try await gateway.waitForService("/hello")
        try file.replace(with: "routes:\n  - {path: /new/, service: echo}\nmax-body: lots\nretries: few\n")
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration refused", "\(file.path):3: max-body 'lots'")
        try await gateway.program.errors.wait(for: "configuration refused", "\(file.path):4: retries 'few'")
        #expect(try await gateway.ask("GET", "/old/x").status == 200)
        #expect(try await gateway.ask("GET", "/new/x").status == 404)
        #expect(try await gateway.ask("POST", "/old/x", body: Array(repeating: 1, count: 11)).status == 413)

        // And one that is mended is taken.
        try file.replace(with: "routes:\n  - {path: /new/, service: echo}\n")
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again", "routes=1")
        #expect(try await gateway.ask("GET", "/new/x").status == 200)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    @Test func `A file that is gone changes nothing`() async throws {
        var file: TemporaryFile? = try TemporaryFile(Self.first)
        let path = try #require(file?.path)
        let gateway = try await programs.gateway("--config", path)
        file = nil
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration refused", "\(path): cannot be read")
        try await gateway.waitForService("/old/x")
    }

    @Test func `Without a file SIGHUP does not end the gateway`() async throws {
        let gateway = try await programs.gateway()
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again", "routes=0")
        try await gateway.waitForService("/hello")
    }

    @Test func `Who is a proxy changes, and a block that is none is refused`() async throws {
        let file = try TemporaryFile("log-format: json\n")
        let gateway = try await programs.gateway("--config", file.path)
        try await gateway.waitForService("/hello")
        let connection = try await HTTPConnection.open(to: gateway.port)
        let field = ("X-Forwarded-For", "203.0.113.9")
        #expect(try await connection.ask("GET", "/hello?first", fields: [field]).status == 200)
        try await gateway.program.errors.wait(for: "/hello?first", "\"client\":\"127.0.0.1\"")

        try file.replace(with: "log-format: json\ntrusted-proxy: [127.0.0.1, 10.0.0.1/8]\n")
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(
            for: "configuration refused", "\(file.path):2: trusted-proxy '10.0.0.1/8': ", "write 10.0.0.0/8")
        #expect(try await connection.ask("GET", "/hello?second", fields: [field]).status == 200)
        try await gateway.program.errors.wait(for: "/hello?second", "\"client\":\"127.0.0.1\"")

        try file.replace(with: "log-format: json\ntrusted-proxy: [127.0.0.1, 10.0.0.0/8]\n")
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again")
        #expect(try await connection.ask("GET", "/hello?third", fields: [field]).status == 200)
        try await gateway.program.errors.wait(for: "/hello?third", "\"client\":\"203.0.113.9\"")
    }

    @Test func `The log level changes at once`() async throws {
        let file = try TemporaryFile("log-level: notice\n")
        let gateway = try await programs.gateway("--config", file.path)
        try await gateway.waitForService("/hello")
        #expect(!gateway.program.errors.soFar.contains { $0.contains("worker registered") })
        try file.replace(with: "log-level: debug\n")
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again")
        #expect(try await gateway.ask("GET", "/hello?after").status == 200)
        try await gateway.program.errors.wait(for: "request", "target=/hello?after")
    }
}
