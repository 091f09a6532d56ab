import Foundation
import ProcessSupport
import Testing

/// What happens in ordinary hands: early ends, odd callers, and commands that do what they like.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineFaultTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    // MARK: The classic chain

    @Test func `The classic chain ends when its reader has seen enough`() async throws {
        let run = try await shell(
            "seq 100000 | $PIPELINE run --plain --job echo | head -n2 | wc -l; echo ${PIPESTATUS[@]:1}")
        #expect(run.output == ["2", "0 0 0"])
    }

    @Test func `The classic chain says which task has failed, and keeps empty lines`() async throws {
        let run = try await shell(
            "printf 'x\\ny\\n' | $PIPELINE run --plain --workers 1 --exec 'test \"$TASK\" = x || exit 3'")
        #expect(run.errors.contains("pipeline run: a task failed: exit status 3: y"), "\(run.errors)")
        let many = try await shell("seq 30 | $PIPELINE run --plain --exec 'exit 1' --quiet")
        #expect(many.errors.count { $0.contains("a task failed: exit status 1") } == 20)
        #expect(many.errors.contains { $0.contains("further failed tasks are counted") })
        let lines = try await shell("printf 'a\\n\\nb\\n' | $PIPELINE run --plain --workers 1 --job echo --quiet")
        #expect(lines.output == ["a", "", "b"])
    }

    @Test func `The classic chain ends when the disk is full`() async throws {
        let run = try await shell("seq 100000 | $PIPELINE run --plain --job echo --output /dev/full --quiet; echo $?")
        #expect(run.output == ["1"])
        // Where SIGPIPE is ignored, seq has something to say, too.
        #expect(run.errors.filter { !$0.hasPrefix("seq") } == ["pipeline: /dev/full: No space left on device"])
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `The classic chain writes what was begun when it is told to end`(signal: Int32, status: Int32) async throws {
        let program = try programs.pipeline(
            "run", try folder.numbers(1000), "--plain", "--exec", "echo b >> \(folder["begun"]); sleep 1; echo {}",
            "--workers", "2", "--output", folder["out"])
        while try !folder.exists("begun") || folder.lines(of: "begun").count < 2 {
            try await Task.sleep(for: .milliseconds(20))
        }
        program.signal(signal)
        #expect(try await program.ending() == .exited(status))
        #expect(try folder.lines(of: "out").count == (try folder.lines(of: "begun").count))
    }

    @Test func `A worker of the classic chain ends although nobody takes its result`() async throws {
        let producer = try programs.pipeline("produce", "--plain", "--tasks", folder.ipc("t"), "--quiet")
        let worker = try programs.pipeline(
            "work", "--plain", "--tasks", folder.ipc("t"), "--results", folder.ipc("nobody"), "--exec",
            "touch \(folder["begun"])", "--concurrency", "1")
        producer.enter("one")
        while !folder.exists("begun") { try await Task.sleep(for: .milliseconds(20)) }
        worker.signal(SIGTERM)
        #expect(try await worker.ending() == .exited(0))
    }

    @Test(arguments: [true, false])
    func `A producer of the classic chain ends although nobody takes its tasks`(hasReadAll: Bool) async throws {
        let producer = try programs.pipeline("produce", "--plain", "--tasks", folder.ipc("t"))
        producer.enter("x")
        if hasReadAll { producer.endInput() }
        try await producer.errors.wait(for: "tasks on")
        producer.signal(SIGINT)
        #expect(try await producer.ending() == .exited(130))
    }

    @Test func `The sink of the classic chain ends when its reader has seen enough, and when the disk is full`()
        async throws
    {
        for (sink, status) in [("| head -n2 | wc -l", "0"), ("--output /dev/full", "1")] {
            let chain = try programs.pipelineShell(
                """
                set -o pipefail; cd \(folder.path)
                seq 100000 | $PIPELINE produce --plain --tasks \(folder.ipc("t")) --quiet & producer=$!
                $PIPELINE work --plain --tasks \(folder.ipc("t")) --results \(folder.ipc("r")) --job echo --quiet & worker=$!
                $PIPELINE collect --plain --results \(folder.ipc("r")) --quiet \(sink); echo $?
                kill $producer $worker
                """)
            let lines = try await chain.output.all()
            #expect(lines == (status == "0" ? ["2", "0"] : ["1"]), "\(chain.errors.soFar)")
            if status == "1" {
                try await chain.errors.wait(for: "pipeline: /dev/full: No space left on device")
            }
        }
    }

    // MARK: Callers

    @Test func `A failed command is a failure, also where the caller ignores the ends of children`() async throws {
        let run = try await shell(
            "seq 3 | env --ignore-signal=CHLD $PIPELINE run --exec 'exit 3' --attempts 1 --quiet; echo $?")
        #expect(run.output == ["1"])
        #expect(run.errors.last == "pipeline run: 3 of 3 tasks done, 3 of them failed")
        #expect(run.errors.contains("pipeline run: task 1 failed: exit status 3: 1"))
    }

    @Test func `Commands have their caller's limit of open files`() async throws {
        let run = try await shell("ulimit -Sn 333; seq 1 | $PIPELINE run --exec 'ulimit -Sn' --quiet")
        #expect(run.output == ["333"])
    }

    @Test func `A command of other bytes than UTF-8 is run as it is`() async throws {
        let run = try await shell("seq 1 | $PIPELINE run --exec $'printf \"caf\\xe9\"' --quiet | od -An -tx1")
        #expect(run.output == [" 63 61 66 e9 0a"])
    }

    @Test func `As many workers as are allowed`() async throws {
        let run = try await shell(
            "ulimit -n 20000; seq 2000 | $PIPELINE run --job echo --workers 1024 --quiet | sort -n | uniq | wc -l")
        #expect(run.output == ["2000"])
        #expect(run.errors == [])
        let few = try await shell("ulimit -n 1024; seq 9 | $PIPELINE run --job echo --workers 511 --quiet; echo $?")
        #expect(few.output == ["1"])
        #expect(few.errors.count == 1)
        #expect(few.errors.first?.contains("--workers 511: they need more open files than the 1024") == true)
    }

    @Test func `Files of other names than UTF-8 are read and written by these`() async throws {
        let run = try await shell(
            """
            seq 3 > $'caf\\xe9'
            $PIPELINE run $'caf\\xe9' --exec 'echo {}' --output $'out\\xe9' --joblog $'log\\xe9' --results-folder $'r\\xe9' \
                --ordered --quiet && cat $'out\\xe9' $'r\\xe9/2/stdout' && wc -l < $'log\\xe9'
            $PIPELINE run $'no\\xe9' --job echo; ls | wc -l
            """)
        #expect(run.output == ["1", "2", "3", "2", "4", "4"], "\(run.errors)")
        #expect(run.errors == ["pipeline: no\\xE9: No such file or directory"])
    }

    // MARK: Tasks that are commands

    /// Tasks that would make a file, each in a way of its own.
    private static let dangerous = [
        "$(touch pwn)", "`touch pwn`", "; touch pwn", "a[$(touch pwn)]", "x'$(touch pwn)'", "-n\ttouch pwn",
    ]

    /// Prints each task; nothing else may come of it.
    private static let harmless = """
        while IFS= read -r task; do
            printf '%s\\n' "$task" | $PIPELINE run --exec 'printf %s {} | cat > {#}.out; cat {#}.out' --quiet
        done <tasks; ls pwn 2>/dev/null
        """

    @Test func `A task that a shell would carry out is carried out by none`() async throws {
        _ = try folder.write(Self.dangerous.map { $0 + "\n" }.joined(), to: "tasks")
        let run = try await shell(Self.harmless)
        #expect(run.output == Self.dangerous)
    }

    /// In a namespace of its own, where nobody else minds what `/bin/sh` is.
    @Test(.enabled("needs root and namespaces", { await NetworkNamespaces.areAvailable }))
    func `Nor is it where bash is the system's shell`() async throws {
        _ = try folder.write(Self.dangerous.map { $0 + "\n" }.joined(), to: "tasks")
        let run = programs.keep(
            try RunningProgram(
                "/usr/bin/unshare",
                [
                    "--mount", "--propagation", "private", "/bin/bash", "-c",
                    """
                    mount --bind /bin/bash /bin/sh || exit 9
                    cd \(folder.path); PIPELINE='\(Programs.pipelinePath)'
                    seq 1 | $PIPELINE run --exec 'echo ${BASH_VERSION:+bash}' --quiet
                    \(Self.harmless)
                    """,
                ]))
        #expect(try await run.output.all() == ["bash"] + Self.dangerous, "\(run.errors.soFar)")
    }

    // MARK: Commands

    @Test(.timeLimit(.minutes(1)))
    func `What a command leaves behind is not waited for, and ends with the run`() async throws {
        let run = try await shell(
            "seq 2 | $PIPELINE run --exec 'sleep 1000 & echo $! >> left; echo {}' --quiet --ordered; echo done")
        #expect(run.output == ["1", "2", "done"])
        for process in try folder.lines(of: "left").compactMap({ pid_t($0) }) {
            while kill(process, 0) == 0, !isEnded(process) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    private func isEnded(_ process: pid_t) -> Bool {
        guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return state.contains(") Z ")
    }

    @Test(.timeLimit(.minutes(1)))
    func `A command that writes without an end fails with a line`() async throws {
        let run = try await shell(
            "seq 2 | $PIPELINE run --exec yes --max-output 2MiB --attempts 1 --format json; echo $?")
        #expect(run.output.count == 3)
        #expect(run.output.last == "1")
        #expect(run.output.first?.contains(#""status":"max-output""#) == true)
        #expect(run.errors.contains { $0.contains("it wrote more than 2097152 bytes") })
    }

    @Test(.timeLimit(.minutes(1)))
    func `A command whose output cannot be kept is ended, also where it does not mind SIGTERM`() async throws {
        let run = try await shell(
            "seq 1 | TMPDIR=/nowhere $PIPELINE run --exec 'trap \"\" TERM; yes' --attempts 1 --quiet; echo $?")
        #expect(run.output == ["1"])
        #expect(run.errors.contains { $0.contains("/nowhere: No such file or directory") }, "\(run.errors)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `A command that reads the terminal gets an error, and one that stops itself is noticed`() async throws {
        let terminal = try await programs.pipelineTerminal(
            80, "run", try folder.numbers(1), "--exec", "cat /dev/tty", "--attempts", "1")
        #expect(try await terminal.output.all().contains { $0.contains("/dev/tty") })
        let program = try programs.pipeline("run", folder["numbers"], "--exec", "kill -STOP $$; echo {}")
        let line = try await program.errors.wait(for: "has been stopped")
        let process = line.split(separator: " ").compactMap { pid_t($0) }.last ?? 0
        #expect(process > 1)
        if process > 1 { kill(process, SIGCONT) }
        #expect(try await program.ending() == .exited(0))
    }

    @Test(arguments: [SIGHUP, SIGQUIT] as [Int32])
    func `The end of the terminal ends commands and program, without a crash`(signal: Int32) async throws {
        for command in [
            ["run", try folder.numbers(9), "--workers", "2"],
            ["work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r"), "--concurrency", "2"],
        ] {
            let program = try programs.pipeline(command + ["--exec", "echo $$ >> \(folder["pids"]); sleep 1000"])
            let producer =
                command[0] == "work"
                ? try programs.pipeline(
                    "produce", folder["numbers"], "--tasks", folder.ipc("t"), "--done", folder.ipc("d")) : nil
            while try !folder.exists("pids") || folder.lines(of: "pids").count < 2 {
                try await Task.sleep(for: .milliseconds(20))
            }
            program.signal(signal)
            #expect(try await program.ending() == .exited(128 + signal))
            for process in try folder.lines(of: "pids").compactMap({ pid_t($0) }) {
                while kill(process, 0) == 0, !isEnded(process) { try await Task.sleep(for: .milliseconds(10)) }
            }
            try FileManager.default.removeItem(atPath: folder["pids"])
            producer?.signal(SIGKILL)
            #expect(try await !program.errors.all().contains { $0.contains("Fatal") || $0.contains("***") })
        }
    }

    @Test(arguments: [SIGINT, SIGTERM] as [Int32])
    func `Whoever serves ends well, and whoever is interrupted says so`(signal: Int32) async throws {
        let worker = try programs.pipeline(
            "work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r"), "--job", "echo")
        let producer = try programs.pipeline("produce", "--tasks", folder.ipc("t"), "--done", folder.ipc("d"))
        let collector = try programs.pipeline("collect", "--results", folder.ipc("r"), "--done", folder.ipc("d"))
        let run = try programs.pipeline("run", "--job", "echo")
        try await producer.errors.wait(for: "tasks on")
        try await collector.errors.wait(for: "results on")
        // The first line that comes back shows that they run.
        producer.enter("y")
        try await collector.output.wait(for: "y")
        run.enter("x")
        try await run.output.wait(for: "x")
        for program in [worker, collector, producer, run] { program.signal(signal) }
        let status: Int32 = signal == SIGINT ? 130 : 143
        #expect(try await worker.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(status))
        #expect(try await producer.ending() == .exited(status))
        #expect(try await run.ending() == .exited(status))
        #expect(try await worker.errors.all().contains { $0.contains("ending; finishing what was begun") })
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `A second signal ends at once, and the status says which it was`(signal: Int32, status: Int32) async throws {
        let worker = try programs.pipeline(
            "work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r"), "--concurrency", "1", "--exec",
            "touch \(folder["begun"]); sleep 1000")
        let producer = try programs.pipeline(
            "produce", try folder.numbers(1), "--tasks", folder.ipc("t"), "--done", folder.ipc("d"))
        while !folder.exists("begun") { try await Task.sleep(for: .milliseconds(20)) }
        for (program, said) in [(worker, "finishing what was begun"), (producer, "waiting for what workers have")] {
            program.signal(SIGINT)
            // Two signals that come before anybody has looked are one.
            try await program.errors.wait(for: said)
            program.signal(signal)
            #expect(try await program.ending() == .exited(status))
        }
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `The sink of the classic chain, which has no end, says what has ended it`(
        signal: Int32, status: Int32
    ) async throws {
        let collector = try programs.pipeline("collect", "--plain", "--results", folder.ipc("r"))
        try await collector.errors.wait(for: "results on")
        collector.signal(signal)
        #expect(try await collector.ending() == .exited(status))
    }

    @Test func `Lines of commands that run at once do not mix, and no output is no line`() async throws {
        let run = try await shell(
            "seq 40 | $PIPELINE run --exec 'for i in 1 2 3 4 5; do printf \"a%s\" \"$TASK\" >&2; echo b >&2; done' --workers 8 --quiet"
        )
        #expect(run.output == [])
        #expect(run.errors.count == 200)
        #expect(run.errors.allSatisfy { $0.wholeMatch(of: /a[0-9]+b/) != nil })
    }
}
