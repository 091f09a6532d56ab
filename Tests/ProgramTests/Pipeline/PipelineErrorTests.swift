import Foundation
import ProcessSupport
import Testing

/// What the program says to arguments and files that it cannot use.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineErrorTests {
    let programs = Programs()

    /// Arguments, and what the line must name.
    static let wrong: [([String], String)] = [
        (["frobnicate"], "frobnicate"),
        (["run", "--job", "echo", "--frobnicate"], "--frobnicate"),
        (["run"], "--exec"),
        (["run", "--job", "sing"], "sing"),
        (["run", "--job", "echo", "--exec", "cat"], "exclude"),
        (["run", "--exec", " "], "a command is needed"),
        (["run", "--exec", "echo `echo {}`"], "$TASK"),
        (["run", "--job", "echo", "--workers", "0"], "--workers 0"),
        (["run", "--job", "echo", "--concurrency", "0"], "--concurrency 0"),
        (["run", "--job", "echo", "--window", "0"], "--window 0"),
        (["run", "--job", "echo", "--attempts", "0"], "--attempts 0"),
        (["run", "--job", "echo", "--retry-after", "0s"], "--retry-after 0s"),
        (["run", "--job", "echo", "--retry-after", "10"], "10s"),
        (["run", "--job", "echo", "--format", "xml"], "xml"),
        (["run", "--job", "echo", "--timeout", "3s"], "--timeout"),
        (["run", "--exec", "x", "--timeout", "3"], "10s"),
        (["run", "--job", "echo", "--halt", "x"], "--halt"),
        (["run", "--job", "echo", "--halt-now"], "--halt"),
        (["run", "--job", "echo", "--resume"], "--output"),
        (["run", "--job", "echo", "--output", "x", "--retry-failed"], "--resume"),
        (["run", "--job", "echo", "--header"], "--colsep"),
        (["run", "--job", "echo", "--load", "x"], "--load"),
        (["run", "--exec", "x", "--nice", "40"], "--nice 40"),
        (["run", "--job", "echo", "--workers", "1025"], "--workers 1025"),
        (["status", "--done", "tcp://*:1"], "tcp://*:1"),
        (["run", "--job", "echo", "--output", ""], "--output"),
        (["run", "--job", "echo", "--tasks", "tcp://*:5557"], "--results"),
        (["run", "--job", "echo", "--plain", "--ordered"], "--ordered does not go with --plain"),
        (["run", "--job", "echo", "--plain", "--attempts", "2"], "--attempts does not go with --plain"),
        (["produce", "--tasks", "bogus"], "bogus"),
        (["produce", "--tasks", "tcp://*:65536"], "65536"),
        (["produce", "--done", "inproc://x"], "inproc://x"),
        (["produce", "--plain", "--done", "tcp://*:5559"], "--done does not go with --plain"),
        (["work", "--job", "echo"], "--tasks"),
        (["work", "--tasks", "tcp://h:1", "--job", "echo"], "--results"),
        (
            ["work", "--tasks", "tcp://h:1", "--tasks", "tcp://h:2", "--results", "tcp://h:3", "--job", "echo"],
            "2 --tasks"
        ),
        (["work", "--tasks", "tcp://*:1", "--results", "tcp://h:2", "--job", "echo"], "tcp://*:1"),
        (["work", "--tasks", "tcp://h:1", "--results", "tcp://h:2"], "--exec"),
        (["collect"], "--done"),
        (["collect", "--done", "tcp://*:5559"], "tcp://*:5559"),
        (["collect", "--done", "tcp://h:1", "--results", "tcp://h"], "tcp://h"),
        (["collect", "--plain", "--ordered"], "--ordered does not go with --plain"),
        // An option that is not there is named before what else is missing.
        (["run", "--frobnicate"], "Unknown option '--frobnicate'"),
        (["work", "--frobnicate"], "Unknown option '--frobnicate'"),
        (["collect", "--frobnicate=1"], "Unknown option '--frobnicate'"),
        (["status", "--frobnicate"], "Unknown option '--frobnicate'"),
    ]

    @Test(arguments: wrong)
    func `Wrong usage is one line and status 64`(arguments: [String], names: String) async throws {
        try await expectOneLine(of: programs.pipeline(arguments), status: 64, names: names)
    }

    static let failing: [([String], String)] = [
        (["run", "/nowhere/at/all", "--job", "echo"], "/nowhere/at/all: No such file or directory"),
        (["produce", "/tmp"], "/tmp: it is a folder"),
        (["run", "/dev/null", "--job", "echo", "--output", "/nowhere/at/all"], "/nowhere/at/all: No such file"),
        (["collect", "--done", "tcp://localhost:1", "--output", "/tmp"], "/tmp: Is a directory"),
        (["produce", "--tasks", "tcp://203.0.113.1:5557"], "tcp://203.0.113.1:5557"),
    ]

    @Test(arguments: failing)
    func `What cannot be used is one line and status 1`(arguments: [String], names: String) async throws {
        try await expectOneLine(of: programs.pipeline(arguments), status: 1, names: names)
    }

    @Test func `A disk that is full is one line and status 1`() async throws {
        let shell = try programs.pipelineShell(
            "seq 1 100 | $PIPELINE run --job echo --output /dev/full --quiet; echo $?")
        #expect(try await shell.output.all() == ["1"])
        #expect(try await shell.errors.all() == ["pipeline: /dev/full: No space left on device"])
    }

    @Test(arguments: [
        ["--help"], ["run", "--help"], ["produce", "--help"], ["work", "--help"], ["collect", "--help"],
        ["status", "--help"], [],
    ])
    func `Help goes to standard output`(arguments: [String]) async throws {
        let program = try programs.pipeline(arguments)
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all().contains { $0.hasPrefix("USAGE: pipeline") })
        #expect(try await program.errors.all() == [])
    }

    private func expectOneLine(of program: RunningProgram, status: Int32, names: String) async throws {
        #expect(try await program.ending() == .exited(status))
        let lines = try await program.errors.all()
        #expect(lines.count == 1, "\(lines.joined(separator: "\n"))")
        #expect(lines.first?.contains(names) == true, "\(lines.joined(separator: "\n"))")
        #expect(try await program.output.all() == [])
    }

    @Test(arguments: [
        "run --job echo --results tcp://127.0.0.1:* --tasks",
        "run --job echo --plain --tasks tcp://127.0.0.1:* --results",
        "produce --tasks", "produce --tasks tcp://127.0.0.1:* --done", "produce --plain --tasks",
        "collect --done tcp://127.0.0.1:9 --results", "collect --plain --results",
    ])
    func `A file that stands where a socket is to be bound is left alone`(command: String) async throws {
        let file = try TestFile(named: "precious", holding: "precious")
        let words = command.split(separator: " ").map(String.init)
        let program = try programs.pipeline(words + ["ipc://\(file.path)"])
        #expect(try await program.ending() == .exited(1))
        #expect(try await program.errors.all().last?.contains("there is a file that is no socket: remove it") == true)
        #expect(try file.text == "precious")
    }
}
