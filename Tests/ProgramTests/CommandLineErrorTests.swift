import ProcessSupport
import Testing

/// What the program says to arguments that it cannot use: one line on standard error, and a status that tells why.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CommandLineErrorTests {
    let programs = Programs()

    /// Arguments, and what the line must name.
    static let wrong: [(String, String)] = [
        ("serve --frobnicate", "--frobnicate"),
        ("--frobnicate", "--frobnicate"),
        ("frobnicate", "frobnicate"),
        ("serve --listen nonsense", "nonsense"),
        ("serve --listen 127.0.0.1:65536", "127.0.0.1:65536"),
        ("serve --listen", "--listen"),
        ("serve --workers bogus", "bogus"),
        ("serve --workers tcp://", "tcp://"),
        ("serve --workers tcp://127.0.0.1", "tcp://127.0.0.1"),
        ("serve --workers tcp://127.0.0.1:port", "tcp://127.0.0.1:port"),
        ("serve --workers tcp://127.0.0.1:65536", "tcp://127.0.0.1:65536"),
        ("serve --workers http://127.0.0.1:5555", "http://127.0.0.1:5555"),
        ("serve --max-body 12XB", "12XB"),
        ("serve --max-body -1", "--max-body"),
        ("serve --request-timeout 5", "5"),
        ("serve --request-timeout 0s", "0s"),
        ("serve --heartbeat fast", "fast"),
        ("serve --heartbeat 0ms", "0ms"),
        ("serve --queue-limit 0", "--queue-limit"),
        ("serve --queue-limit many", "many"),
        ("serve --retries -1", "--retries"),
        ("serve --demo-workers=-1", "--demo-workers"),
        ("serve --log-level loud", "loud"),
        ("serve --max-connections 0", "--max-connections '0'"),
        ("serve --idle-timeout 9999999h", "--idle-timeout '9999999h'"),
        ("serve --admin nowhere", "--admin 'nowhere'"),
        ("serve --server-name \u{7F}", "--server-name"),
        ("serve --config /nowhere/at/all.yaml", "/nowhere/at/all.yaml: cannot be read: No such file or directory"),
        ("check", "--config"),
        ("serve --access-log perhaps", "perhaps"),
        ("serve --clients nowhere", "nowhere"),
        ("keygen", "<directory>"),
        ("keygen /tmp", "<name>"),
        ("keygen /tmp ../up", "'../up'"),
        ("worker --connect tcp://127.0.0.1:5555 --service hello --curve-server-key x", "--curve-secret-key"),
        ("worker --connect tcp://127.0.0.1:5555", "--service"),
        ("worker --service hello", "--connect"),
        ("worker --connect tcp://127.0.0.1:5555 --service nobody", "nobody"),
        ("worker --connect bogus --service hello", "bogus"),
        ("worker --connect tcp://127.0.0.1:port --service hello", "tcp://127.0.0.1:port"),
        ("worker --connect tcp://127.0.0.1:5555 --service hello --concurrency 0", "--concurrency"),
        ("worker --connect tcp://127.0.0.1:5555 --service hello --concurrency 1025", "1025"),
    ]

    @Test(arguments: wrong)
    func `Wrong usage is one line and status 64`(arguments: String, names: String) async throws {
        let program = try programs.webgateway(arguments.split(separator: " ").map(String.init))
        try await expectOneLine(of: program, status: 64, names: names)
    }

    @Test func `A port in use is one line and status 1`() async throws {
        let gateway = try await programs.gateway()
        let second = try programs.webgateway(
            "serve", "--listen", "127.0.0.1:\(gateway.port)", "--workers", "tcp://127.0.0.1:*", "--admin", "off")
        try await expectOneLine(of: second, status: 1, names: "127.0.0.1:\(gateway.port)")
        #expect(try await gateway.ask("GET", "/hello").status == 200)
    }

    @Test func `A workers' endpoint in use is one line and status 1`() async throws {
        let gateway = try await programs.gateway()
        let second = try programs.webgateway(
            "serve", "--listen", "127.0.0.1:0", "--workers", gateway.workerEndpoint, "--admin", "off")
        try await expectOneLine(of: second, status: 1, names: gateway.workerEndpoint)
    }

    @Test(arguments: ["--help", "serve --help", "worker --help", "check --help", "keygen --help", "help"])
    func `Help goes to standard output`(arguments: String) async throws {
        let program = try programs.webgateway(arguments.split(separator: " ").map(String.init))
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all().contains { $0.hasPrefix("USAGE: webgateway") })
        #expect(try await program.errors.all() == [])
    }

    private func expectOneLine(of program: RunningProgram, status: Int32, names: String) async throws {
        #expect(try await program.ending() == .exited(status))
        let lines = try await program.errors.all()
        #expect(lines.count == 1, "\(lines.joined(separator: "\n"))")
        #expect(lines.first?.contains(names) == true, "\(lines.joined(separator: "\n"))")
        #expect(try await program.output.all() == [])
    }
}
