import Foundation
import ProcessSupport
import Testing

/// The options of tasks, commands and results where the parts are processes of their own, each at the part that has it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelinePartOptionTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Waits for the ends of a producer and its collector, both of which have the same status.
    private func expect(_ status: Int32, of parts: RunningProgram...) async throws {
        for part in parts { #expect(try await part.ending() == .exited(status), "\(part.errors.soFar)") }
    }

    @Test func `Columns, names, tags, priorities, logs and folders`() async throws {
        let input = try folder.write("id,name\01,a b\02,it's\0", to: "in")
        let base = try #require(Int(try await programs.pipelineShell("nice").output.all().first ?? ""))
        let collector = try collect(
            "--output", folder["out"], "--ordered", "--joblog", folder["log"], "--results-folder", folder["each"])
        let worker = try work(
            "--colsep", ",", "--tag", "--nice", "3", "--exec", "printf '%s %s %s\\n' {name} {1} \"$(nice)\"")
        let producer = try produce(input, "-0", "--colsep", ",", "--header")
        try await expect(0, of: producer, collector)
        let lines = ["1,a b\ta b 1 \(min(base + 3, 19))", "2,it's\tit's 2 \(min(base + 3, 19))"]
        #expect(try folder.lines(of: "out") == lines)
        #expect(try folder.lines(of: "each/2/stdout") == [lines[1]])
        let log = try folder.lines(of: "log").map { $0.split(separator: "\t") }
        #expect(log.dropFirst().compactMap(\.last).sorted() == ["1,a b", "2,it's"])
        withExtendedLifetime(worker) {}
    }

    @Test func `A time limit and a limit of output end an attempt, and a worker without memory begins none`()
        async throws
    {
        let input = try folder.write("0\n99\nmuch\n", to: "in")
        let collector = try collect("--format", "json", "--ordered")
        let short = try work("--exec", "touch \(folder["begun"])", "--memfree", "100000GiB")
        let worker = try work(
            "--timeout", "2s", "--max-output", "1MiB", "--concurrency", "3", "--exec",
            "case \"$TASK\" in much) yes ;; *) sleep \"$TASK\" ;; esac")
        let producer = try produce(input, "--attempts", "1")
        try await expect(1, of: producer, collector)
        let lines = try await collector.output.all()
        #expect(lines.count == 3)
        for (line, status) in zip(lines, ["0", "\"timeout\"", "\"max-output\""]) {
            #expect(line.contains("\"status\":\(status),"), "\(line)")
        }
        #expect(!folder.exists("begun"))
        withExtendedLifetime((short, worker)) {}
    }

    @Test func `Too many failures end what is handed out, and what was begun if that is wanted`() async throws {
        let collector = try collect()
        let worker = try work("--exec", "echo \"$TASK\" >> \(folder["begun"]); sleep \"$TASK\"", "--concurrency", "2")
        let failing = try folder.write("x\ny\nz\n", to: "failing")
        let producer = try produce(failing, "--attempts", "1", "--window", "1", "--halt", "2")
        try await expect(1, of: producer, collector)
        #expect(try folder.lines(of: "begun") == ["x", "y"])
        let next = try collect()
        // It would go on for an hour.
        let endless = try folder.write("3600\nx\n", to: "endless")
        let now = try produce(endless, "--attempts", "1", "--halt", "1", "--halt-now")
        try await expect(1, of: now, next)
        withExtendedLifetime(worker) {}
    }

    @Test func `Tasks that have failed are done again by parts that go on`() async throws {
        let worker = try work("--exec", "test -e \(folder["ok"]) || test \"$TASK\" != 3 && echo \"$TASK\"")
        let input = try folder.numbers(5)
        let output = ["--output", folder["out"], "--format", "json"]
        let first = try collect(output)
        try await expect(1, of: produce(input, "--attempts", "1"), first)
        _ = try folder.write("", to: "ok")
        let second = try collect(output + ["--resume", "--retry-failed"])
        try await expect(0, of: produce(input, "--resume"), second)
        let lines = try folder.lines(of: "out")
        #expect(lines.count == 6)
        #expect(lines.last?.contains(#""number":3,"#) == true)
        #expect(!folder.exists("out.journal"))
        withExtendedLifetime(worker) {}
    }
}
