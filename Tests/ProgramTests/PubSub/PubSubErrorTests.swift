import ProcessSupport
import Testing

/// What `pubsub` says to arguments that it cannot use: one line on standard error, and a status that tells why.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PubSubErrorTests {
    let programs = Programs()

    /// Arguments, and what the line must name: the value, and the remedy.
    static let wrong: [(String, [String])] = [
        ("frobnicate", ["frobnicate"]),
        ("publish --frobnicate", ["--frobnicate"]),
        ("publish --bind inproc://x", ["--bind 'inproc://x'", "use tcp:// or ipc://"]),
        ("subscribe --connect inproc://x", ["--connect 'inproc://x'", "use tcp:// or ipc://"]),
        ("forward --capture inproc://x", ["--capture 'inproc://x'", "use tcp:// or ipc://"]),
        ("top --connect inproc://x", ["--connect 'inproc://x'", "use tcp:// or ipc://"]),
        ("publish --bind bogus", ["--bind 'bogus'", "tcp://HOST:PORT"]),
        ("publish --bind tcp://*:70000", ["tcp://*:70000", "65535"]),
        ("subscribe --connect tcp://*:5556", ["tcp://*:5556", "name the host"]),
        ("forward --publishers tcp://", ["--publishers 'tcp://'", "tcp://HOST:PORT"]),
        ("forward --subscribers http://x:1", ["--subscribers 'http://x:1'", "tcp://HOST:PORT"]),
        ("publish --rate fast", ["'fast'", "--rate", "1/s"]),
        ("publish --rate 0/s", ["'0/s'", "--rate"]),
        ("publish --count 0", ["'0'", "--count", "at least 1"]),
        ("subscribe --count many", ["'many'", "forever"]),
        ("publish --topics 10004-9999", ["'10004-9999'", "the smaller number first"]),
        ("publish --topics berlin", ["'berlin'", "FIRST-LAST"]),
        ("publish --stdin --topics 1-2", ["--topics 1-2", "leave one of the two out"]),
        ("publish --wait-for-subscribers=-1", ["--wait-for-subscribers -1", "at least 0"]),
        ("publish --when-full never", ["'never'", "wait", "drop"]),
        ("publish --high-water-mark 0", ["--high-water-mark 0", "at least 1"]),
        ("subscribe --all --topic 1", ["--topic '1'", "leave one of the two out"]),
        ("subscribe --all --exact", ["--exact", "leave one of the two out"]),
        ("subscribe --format xml", ["'xml'", "json"]),
        ("forward --last-value --when-full wait", ["--when-full wait", "leave one of the two out"]),
        ("forward --last-value --subscribers ipc:///tmp/x", ["--subscribers 'ipc:///tmp/x'", "tcp://HOST:PORT"]),
        ("forward --last-value-topics 0", ["--last-value-topics 0", "at least 1"]),
    ]

    @Test(arguments: wrong)
    func `Wrong usage is one line and status 64`(arguments: String, names: [String]) async throws {
        let program = try programs.pubsub(arguments.split(separator: " ").map(String.init))
        try await expectOneLine(of: program, status: 64, names: names)
    }

    @Test func `A port in use is one line and status 1`() async throws {
        let (_, endpoint) = try await programs.publisher()
        let second = try programs.pubsub("publish", "--bind", endpoint)
        try await expectOneLine(of: second, status: 1, names: [endpoint, "stop it, or bind to port *"])
    }

    @Test(arguments: ["--help", "publish --help", "subscribe --help", "forward --help", "top --help", "help publish"])
    func `Help goes to standard output`(arguments: String) async throws {
        let program = try programs.pubsub(arguments.split(separator: " ").map(String.init))
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all().contains { $0.hasPrefix("USAGE: pubsub") })
        #expect(try await program.errors.all() == [])
    }

    private func expectOneLine(of program: RunningProgram, status: Int32, names: [String]) async throws {
        #expect(try await program.ending() == .exited(status))
        let lines = try await program.errors.all()
        #expect(lines.count == 1, "\(lines.joined(separator: "\n"))")
        for name in names { #expect(lines.first?.contains(name) == true, "\(name): \(lines)") }
        #expect(try await program.output.all() == [])
    }
}
