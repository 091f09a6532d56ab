import Foundation
import ProcessSupport
import Testing

/// `pipeline run`: all parts in one process.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineRunTests {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `Every task has its result once`() async throws {
        let program = try programs.pipeline("run", try folder.numbers(20_000), "--job", "echo", "--workers", "3")
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all().compactMap { Int($0) }.sorted() == Array(1...20_000))
        #expect(try await program.errors.all() == ["pipeline run: 20,000 of 20,000 tasks done"])
    }

    @Test func `In order, also where the first takes longest`() async throws {
        let program = try programs.pipeline(
            "run", try folder.numbers(60), "--exec", "sleep 0.$(( (60 - $(cat)) % 7 ))0; echo {}", "--workers", "12",
            "--ordered", "--quiet")
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all() == (1...60).map(String.init))
        #expect(try await program.errors.all() == [])
    }

    @Test(arguments: [["--job", "echo"], ["--exec", "cat"], ["--plain", "--job", "echo"]])
    func `Empty input gives an empty result`(options: [String]) async throws {
        let program = try programs.pipeline(
            ["run", try folder.write("", to: "empty"), "--quiet", "--output", folder["out"]] + options)
        #expect(try await program.ending() == .exited(0))
        #expect(try folder.lines(of: "out").isEmpty)
        #expect(!folder.exists("out.journal"))
    }

    @Test func `Bytes that are not UTF-8 pass`() async throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0x41, 0x0A, 0xC3, 0x28, 0x0A, 0x0A]
        try Data(bytes).write(to: URL(filePath: folder["in"]))
        let program = try programs.pipeline(
            "run", folder["in"], "--exec", "cat", "--ordered", "--output", folder["out"])
        #expect(try await program.ending() == .exited(0))
        #expect(try Data(contentsOf: URL(filePath: folder["out"])).map(\.self) == bytes)
        let json = try programs.pipeline("run", folder["in"], "--job", "echo", "--ordered", "--format", "json")
        #expect(try await json.ending() == .exited(0))
        let lines = try await json.output.all()
        #expect(lines.count == 3)
        #expect(lines.first?.contains(#""text_base64":"/wBB""#) == true)
        #expect(lines.first?.contains(#""output_base64":"/wBB""#) == true)
        #expect(lines.last?.contains(#""text":"""#) == true)
    }

    @Test func `A line that is too long ends the reading, and what came before is finished`() async throws {
        let longest = String(repeating: "x", count: 1 << 20)
        let path = try folder.write("a\n\(longest)\n\(longest)y\nb\n", to: "in")
        let program = try programs.pipeline("run", path, "--exec", "wc -c", "--ordered", "--max-line", "1MiB")
        #expect(try await program.ending() == .exited(1))
        #expect(try await program.output.all() == ["2", "1048577"])
        let errors = try await program.errors.all()
        #expect(errors.count == 2)
        #expect(errors.first?.contains("\(path): line 3 is longer than 1048576 bytes") == true, "\(errors)")
    }

    @Test func `A line of megabytes is a task like any other`() async throws {
        let long = String(repeating: "x", count: 3_000_000)
        let path = try folder.write("a\n\(long)\n", to: "in")
        let program = try programs.pipeline("run", path, "--exec", "wc -c", "--ordered", "--quiet")
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all() == ["2", "3000001"])
        let echo = try programs.pipeline("run", path, "--job", "echo", "--ordered", "--quiet")
        #expect(try await echo.output.all() == ["a", long])
    }

    @Test func `A command that fails is tried again, and its last record is printed`() async throws {
        let command = "echo {} >> \(folder["log"]); test \"$TASK\" != 2; s=$?; echo out-{}; exit $s"
        let program = try programs.pipeline(
            "run", try folder.numbers(3), "--exec", command, "--attempts", "4", "--ordered", "--format", "json")
        #expect(try await program.ending() == .exited(1))
        #expect(try folder.lines(of: "log").sorted() == ["1", "2", "2", "2", "2", "3"])
        let lines = try await program.output.all()
        #expect(lines.count == 3)
        #expect(lines[1].contains(#""status":1,"output":"out-2\n""#), "\(lines)")
        #expect(
            try await program.errors.all() == [
                "pipeline run: task 2 failed at attempt 4: exit status 1: 2",
                "pipeline run: 3 of 3 tasks done, 1 of them failed",
            ])
    }

    @Test func `One that fails at first is no failure`() async throws {
        let command = "f=\(folder["was-here"])-$TASK; test -e $f || { touch $f; exit 1; }; echo {}"
        let program = try programs.pipeline("run", try folder.numbers(5), "--exec", command, "--ordered")
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all() == ["1", "2", "3", "4", "5"])
    }

    @Test func `The words and digests of files are those of wc and sha256sum`() async throws {
        let paths = try (1...20).map { try folder.write(String(repeating: "word \($0)\n", count: $0), to: "f\($0)") }
        let list = try folder.write(paths.map { $0 + "\n" }.joined(), to: "list")
        let words = try programs.pipeline("run", list, "--job", "wordcount", "--ordered")
        #expect(try await words.output.all() == (1...20).map { "\(2 * $0) \(paths[$0 - 1])" })
        let digests = try programs.pipeline("run", list, "--job", "sha256", "--ordered")
        let expected = try programs.pipelineShell("sha256sum \(paths.joined(separator: " "))")
        #expect(try await digests.output.all() == expected.output.all())
    }

    @Test func `A file that is missing fails with its name`() async throws {
        let list = try folder.write("/nowhere/at/all\n", to: "list")
        let program = try programs.pipeline("run", list, "--job", "sha256", "--attempts", "1")
        #expect(try await program.ending() == .exited(1))
        #expect(try await program.errors.all().contains { $0.contains("task 1: /nowhere/at/all: No such file") })
    }

    @Test func `Whoever reads the results may stop, as head does`() async throws {
        let shell = try programs.pipelineShell(
            "$PIPELINE run \(try folder.numbers(50_000)) --job echo --quiet | head -n 2 | wc -l; echo ${PIPESTATUS[@]}")
        #expect(try await shell.output.all() == ["2", "0 0 0"])
        #expect(try await shell.errors.all() == [])
    }

    @Test func `The classic chain in one process ends, too`() async throws {
        let program = try programs.pipeline(
            "run", try folder.numbers(5000), "--plain", "--job", "echo", "--workers", "2")
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all().compactMap { Int($0) }.sorted() == Array(1...5000))
    }

    @Test func `Standard input is read as it comes`() async throws {
        let program = try programs.pipeline("run", "--exec", "echo got {}", "--quiet")
        for number in 1...3 {
            program.enter("\(number)")
            try await program.output.wait(for: "got \(number)")
        }
        program.endInput()
        #expect(try await program.ending() == .exited(0))
    }
}
