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
        ("publish topic payload --stdin", ["--stdin", "'topic'", "leave one of the two out"]),
        ("publish topic --count 2", ["--count", "'topic'"]),
        ("publish --timeout 5s", ["--timeout 5s", "--wait-for-subscribers"]),
        ("publish --payload humidity", ["'humidity'", "temperature-humidity"]),
        ("publish --stdin --payload temperature", ["--payload temperature", "leave one of the two out"]),
        ("publish --max-line 1MiB", ["--max-line 1MiB", "--stdin"]),
        ("subscribe --format text --template x", ["--format text", "--template 'x'"]),
        ("subscribe --template {color}", ["--template '{color}'", "{topic}", "{payload}"]),
        ("subscribe --exec cat --format json", ["--exec 'cat'", "--format"]),
        ("subscribe --jobs 2", ["--jobs 2", "--exec"]),
        ("subscribe --exec cat --jobs 0", ["--jobs 0", "1 to 1024"]),
        ("subscribe --timeout 5", ["'5'", "--timeout"]),
        ("record", ["<file>"]),
        ("replay x --speed fast", ["'fast'", "--speed", "max"]),
        ("replay x --from yesterday", ["'yesterday'", "--from", "2026-11-24T12:00:00Z"]),
        ("replay x --from 2026-11-24 --to 2026-11-23", ["--to 2026-11-23", "not after"]),
        ("bench --size 15", ["--size 15", "16"]),
        ("bench --join tcp://localhost:1 --rate 1/s", ["--rate", "leave one of the two out"]),
        ("bench --subscribers 0", ["--subscribers 0", "--joining"]),
        ("publish --curve-allow x", ["--curve-secret-key", "webgateway keygen"]),
        ("publish --curve-secret-key x", ["--curve-allow"]),
        ("bench --curve-secret-key x", ["--curve-allow"]),
        ("bench --join tcp://localhost:1 --curve-secret-key x", ["--curve-server-key", "NAME.key"]),
        ("subscribe --curve-secret-key x", ["--curve-server-key", "NAME.key"]),
        ("subscribe --curve-server-key x --curve-allow y", ["--curve-allow 'y'", "nothing is bound"]),
        // An option that is not there is named before what else is missing.
        ("replay --frobnicate", ["--frobnicate", "replay --help"]),
        ("record --count", ["--count"]),
        ("bench --frobnicate --size", ["--frobnicate"]),
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

    @Test func `What is no UTF-8 is shown in the error of its option`() async throws {
        let program = try programs.shell("exec $PUBSUB subscribe --format $'\\xe9'")
        try await expectOneLine(of: program, status: 64, names: ["\\xE9", "--format"])
    }

    @Test(arguments: ["publish", "subscribe", "top", "forward --publishers", "record", "replay", "bench"])
    func `A file that stands where a socket is to be bound is left alone`(command: String) async throws {
        let file = try TestFile(named: "precious", holding: "precious")
        let recording = try TestFile(named: "r.jsonl", holding: "{\"recording\":\"pubsub\",\"version\":1}\n")
        var words = command.split(separator: " ").map(String.init)
        if ["record", "replay"].contains(command) { words.append(recording.path) }
        if words.count == 1 || !words[1].hasPrefix("--") { words.append("--bind") }
        let program = try programs.pubsub(words + ["ipc://\(file.path)"])
        #expect(try await program.ending() == .exited(1))
        #expect(try await program.errors.all().last?.contains("there is a file that is no socket: remove it") == true)
        #expect(try file.text == "precious")
        withExtendedLifetime(recording) {}
    }

    @Test func `A program that listens at a path is not pushed out of it`() async throws {
        let folder = try TestFile(named: "unused", holding: "")
        let endpoint = "ipc://\(folder.path).socket"
        let first = try programs.pubsub("publish", "--bind", endpoint, "--topics", "1", "--rate", "50/s")
        try await first.errors.wait(for: "publishing on ")
        let second = try programs.pubsub("publish", "--bind", endpoint)
        #expect(try await second.ending() == .exited(1))
        #expect(try await second.errors.all().last?.contains("another program listens there") == true)
        let subscriber = try programs.subscriber(of: endpoint, "--all", "--count", "1")
        #expect(try await subscriber.ending() == .exited(0))
        withExtendedLifetime(folder) {}
    }

    @Test func `Every program says its version`() async throws {
        for name in ["pubsub", "pipeline", "webgateway"] {
            let program = try programs.keep(RunningProgram.product(name, ["--version"]))
            #expect(try await program.ending() == .exited(0))
            let lines = try await program.output.all()
            #expect(lines.count == 1 && lines[0].wholeMatch(of: /[a-z]+ \d+\.\d+\.\d+/) != nil, "\(lines)")
            #expect(lines.first?.hasPrefix(name) == true)
        }
    }

    @Test(arguments: [
        "--help", "record --help", "replay --help", "bench --help", "publish --help", "subscribe --help",
        "forward --help", "top --help", "help publish",
    ])
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
