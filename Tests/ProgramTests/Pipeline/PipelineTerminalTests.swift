import Foundation
import ProcessSupport
import Testing

/// Progress, and Ctrl-C once and twice, in a pseudo-terminal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineTerminalTests {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `Progress is one line that refreshes itself and fits`() async throws {
        let terminal = try await programs.pipelineTerminal(
            70, "run", try folder.numbers(60), "--exec", "sleep 0.05", "--workers", "2", "--output", folder["out"])
        let line = try await terminal.output.wait(for: "/60 done", "/s", "s left", "2 workers", "[#")
        #expect(line.hasSuffix("^[[K"))
        #expect(line.replacing("^[[K", with: "").count <= 69, "\(line)")
        let lines = try await terminal.output.all()
        #expect(lines.suffix(2) == ["echo on", "exited 0"])
        #expect(lines.contains { $0.hasSuffix("pipeline run: 60 of 60 tasks done") })
    }

    @Test func `Results on the same terminal are not mixed with it`() async throws {
        let terminal = try await programs.pipelineTerminal(
            70, "run", try folder.numbers(20), "--exec", "sleep 0.05; echo result", "--workers", "2")
        let lines = try await terminal.output.all()
        #expect(lines.filter { $0 == "result" }.count == 20)
        #expect(!lines.contains { $0.contains("^[") }, "\(lines)")
    }

    @Test func `Ctrl-C finishes what was begun, and says what was done`() async throws {
        let command = "sleep 0.2; echo {} >> \(folder["finished"]); echo {}"
        let terminal = try await programs.pipelineTerminal(
            90, "run", try folder.numbers(500), "--exec", command, "--workers", "3", "--output", folder["out"])
        try await terminal.output.wait(for: "6/500 done")
        terminal.enter(#"press \x03"#)
        let lines = try await terminal.output.all()
        #expect(lines.last == "exited 130")
        let results = try folder.lines(of: "out")
        #expect(results.sorted() == (try folder.lines(of: "finished")).sorted())
        #expect((6..<500).contains(results.count))
        let summary = try #require(lines.last { $0.contains("ended before the end: ") })
        #expect(summary.contains("ended before the end: \(results.count) of 500 tasks done"), "\(summary)")
    }

    @Test func `A second Ctrl-C does not wait, and ends the commands`() async throws {
        let terminal = try await programs.pipelineTerminal(
            90, "run", try folder.numbers(5), "--exec", "echo $$ >> \(folder["pids"]); exec sleep 1000", "--workers",
            "2",
            "--output", folder["out"])
        while try !folder.exists("pids") || folder.lines(of: "pids").count < 2 {
            try await Task.sleep(for: .milliseconds(20))
        }
        terminal.enter(#"press \x03"#)
        try await terminal.output.wait(for: "a second Ctrl-C does not wait")
        terminal.enter(#"press \x03"#)
        #expect(try await terminal.output.all().last == "exited 130")
        for process in try folder.lines(of: "pids").compactMap({ pid_t($0) }) {
            // Gone, or about to be: whoever reaps it may take a moment.
            while kill(process, 0) == 0, !isEnded(process) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test func `A terminal that is closed ends the program, and the commands`() async throws {
        let terminal = try await programs.pipelineTerminal(
            90, "run", try folder.numbers(5), "--exec", "echo $$ >> \(folder["pids"]); exec sleep 1000", "--workers",
            "2", "--output", folder["out"])
        while try !folder.exists("pids") || folder.lines(of: "pids").count < 2 {
            try await Task.sleep(for: .milliseconds(20))
        }
        terminal.enter("close")
        #expect(try await terminal.output.all().last == "exited 129")
        for process in try folder.lines(of: "pids").compactMap({ pid_t($0) }) {
            while kill(process, 0) == 0, !isEnded(process) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test func `Ctrl-Z and fg later on have nothing done twice`() async throws {
        let command = "echo {} >> log; sleep 2; echo {}"
        let script = """
            set -m; cd \(folder.path)
            '\(Programs.pipelinePath)' run \(try folder.numbers(4)) --exec '\(command)' --workers 2 --retry-after 1s --output out
            echo "stopped $?"; sleep 4; fg; echo "ended $?"
            """
        let terminal = try await programs.keep(
            RunningProgram.python([
                PackageFolder.path("Tests/Interop/terminal.py"), "90", "24", "/bin/bash", "-c", script,
            ]))
        while try !folder.exists("log") || folder.lines(of: "log").count < 2 {
            try await Task.sleep(for: .milliseconds(20))
        }
        terminal.enter(#"press \x1a"#)
        let lines = try await terminal.output.all()
        // 128 and the number of SIGTSTP.
        #expect(
            lines.contains { $0.hasSuffix("stopped 148") } && lines.contains { $0.hasSuffix("ended 0") }, "\(lines)")
        #expect(try folder.lines(of: "log").sorted() == ["1", "2", "3", "4"])
        #expect(try folder.lines(of: "out").sorted() == ["1", "2", "3", "4"])
    }

    /// Whether a process has ended and only waits to be reaped.
    private func isEnded(_ process: pid_t) -> Bool {
        guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return state.contains(") Z ")
    }

    @Test func `Without a terminal there is a line every ten seconds`() async throws {
        let program = try programs.pipeline("run", "--exec", "cat", "--workers", "1")
        program.enter("one")
        try await program.output.wait(for: "one")
        let line = try await program.errors.wait(for: "1 done, 1 read")
        #expect(line.contains("1 worker"))
        program.endInput()
        #expect(try await program.ending() == .exited(0))
    }

    @Test func `A producer that is interrupted says what was not done, and its collector ends`() async throws {
        let producer = try programs.pipeline(
            "produce", try folder.numbers(100), "--tasks", folder.ipc("t"), "--done", folder.ipc("d"), "--window", "50")
        let collector = try programs.pipeline(
            "collect", "--results", folder.ipc("r"), "--done", folder.ipc("d"), "--output", folder["out"], "--ordered")
        // By then, it has read what its window holds.
        try await producer.errors.wait(for: "no worker asks for tasks")
        try await collector.errors.wait(for: "results on")
        producer.signal(SIGINT)
        #expect(try await producer.ending() == .exited(130))
        #expect(try await collector.ending() == .exited(130))
        try await producer.errors.wait(for: "0 of 50 tasks done, 50 read and not done")
    }
}
