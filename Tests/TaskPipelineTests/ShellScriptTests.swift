import CommandExecution
import Foundation
import ProcessSupport
import TaskPipeline
import Testing

/// A task never becomes shell syntax, wherever `{}` stands.
@Suite struct ShellScriptTests {
    /// Texts that would do something if a shell read them.
    static let hostile = [
        "plain", "", " two  blanks ", "$(touch /tmp/pipeline-was-here)", "`touch /tmp/pipeline-was-here`",
        "'; touch /tmp/pipeline-was-here; '", "\"; touch /tmp/pipeline-was-here; \"", "a'b\"c", "'", "\"", "\\", "\\'",
        "\n; touch /tmp/pipeline-was-here\n", "$HOME ${HOME} $1 $(( 1 + 1 ))", "* ? [a]", "-n", "{}", "a{}b", "!x", "#",
        "&& false", "| cat", "> /tmp/pipeline-was-here", "a[$(touch /tmp/pipeline-was-here)]", "\t", "\u{1}", "ä€",
        "'\"'\"'", "')", "\")", "))",
    ]

    /// Commands that print the task between `<` and `>`, with the task in every place that it may stand.
    static let commands = [
        "printf '<%s>' {}",
        "printf %s \"<$TASK>\"",
        "printf %s \"<$1>\"",
        "printf '<%s>' \"$TASK\"",
        "env printf '<%s>' {}",
        "printf '<%s>.' {} | sed '$s/>\\.$/>/'",
        "if true; then { printf '<%s>' {}; }; fi",
        "! false && (printf '<%s>' {})",
        "LC_ALL=C printf '<%s>' {} > /dev/stdout",
        "printf %s \"$(printf %s \"<$TASK>.\")\" | sed '$s/>\\.$/>/'",
        "sh -c 'printf \"<%s>\" \"$1\"' sh {}",
        "sh -c 'printf \"<%s>\" \"$TASK\"'",
        "f() { printf '<%s>' \"$1\"; }; f \"$TASK\"",
        "# it's a {} comment\nprintf '<%s>' {}",
        "echo \\{} > /dev/null; printf '<%s>' {}",
        "case x in x) printf '<%s>' {} ;; esac",
    ]

    /// What `/bin/sh` is on Debian, and what it is on other systems: bash, which behaves as a `sh` when it is called so.
    private func job(_ command: String, shell: String, in folder: TemporaryFolder) throws -> CommandJob {
        let path = "\(folder.path)/sh"
        try? FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: shell)
        return CommandJob(try ShellScript(command), errorLines: ErrorLines { _ in }, shell: path)
    }

    @Test(arguments: commands, ["/bin/sh", "/bin/bash"])
    func `The command gets the task as it is`(command: String, shell: String) throws {
        let folder = try TemporaryFolder()
        let job = try job(command, shell: shell, in: folder)
        for task in Self.hostile {
            let outcome = job.run(Array(task.utf8)[...])
            // Inside $( ) the shell drops what it always drops, and the dot has kept it from doing so.
            #expect(
                outcome == JobOutcome(output: Array("<\(task)>".utf8)[...]),
                "\(shell): \(command) with \(task.debugDescription)")
        }
        withExtendedLifetime(folder) {}
        #expect(JobOutcome() == CommandJob(try ShellScript("test ! -e /tmp/pipeline-was-here")).run([]))
    }

    static let refused = [
        // In quotes.
        "printf '<{}>'", "printf \"<{}>\"", "trap \"echo {}\" EXIT", "trap 'echo {}' EXIT", "sh -c 'echo {}'",
        "echo $'{}'",
        "echo 'a'{}", "echo {}\"$x\"",
        // In what a shell computes.
        "echo `echo {}`", "echo $(echo {})", "echo ${x:-{}}", "echo $(( {} + 1 ))", "echo $[ {} ]", "(( {} ))",
        "x=$({})",
        // Where the shell itself acts upon a text.
        "eval echo {}", "\\eval echo {}", "\"eval\" {}", "'eval' {}", "e''val {}", "X=eval; $X {}", "${X:-eval} {}",
        "alias e=eval\ne {}", "command eval {}", "builtin eval {}", "trap {} EXIT", ". {}", "source {}", "exec {}",
        "[[ {} -gt 1 ]]", "[[ 1 && x -gt {} ]]", "[ {} -gt 1 ]", "test -v {}", "let {}", "let x={}", "declare -i x={}",
        "typeset -i x={}", "export x={}", "x={}", "x={} sh", "a[{}]=1", "printf -v {} x", "printf {} x", "printf $f {}",
        "printf \"$f\" {}", "read {}", "unset {}", "for x in {}; do echo; done", "case {} in *) echo;; esac",
        "f() { eval \"$1\"; }; f {}", "function f { eval \"$1\"; }\nf {}", "a=({})", "time -p eval {}", "sh -c {}",
        "bash -ec {}", "$X=1 eval {}", "eval &>f x {}", "cat <(echo {})", "cat <<X\n{}\nX", "{}", "{} x", "*l {}",
        // A script or a program by another way.
        "sh -ce {}", "sh -c -- {}", "sh -c -e {}", "sh -co posix {}", "bash -o posix {}", "env sh -c {}",
        "nice bash -c {}", "/bin/sh -c {}", "sh {} {}", "sh -x {} {}", "env {}", "nice -n 5 {}", "timeout 5 {}",
        // After what may define an alias or a function.
        "command alias e=eval\ne {}", "\\command -p alias e=eval\ne {}", "$X e=eval\ne {}", "eval 'alias e=eval'\ne {}",
        "eval 'f() { eval \"$1\"; }'; f {}", ". lib; f {}",
        // Where it cannot be told what is quoted.
        "echo ${x#'}\"'}; eval \" {} \"", "echo ${x#'}'} {}", "echo \"${x:-\"a\"}\" {}", "echo $(: # it's\n) {}",
        "echo $(cat <<X\nit's\nX\n) {}",
        // Where the shell's arguments are others.
        "set -- x y; echo {}", "set x; echo {}", "set - x; echo {}", "set -e x; echo {}", "set $x; echo {}",
        "shift; echo {}",
        "command set -- x; echo {}",
    ]

    @Test(arguments: refused)
    func `Where a shell might read the task a second time, a placeholder is refused`(command: String) {
        let refusal = #expect(throws: ShellScript.Refusal.self) { try ShellScript(command) }
        #expect(refusal?.description.contains("$TASK") == true)
        // Nor is it safe in a variable, in some of these places.
        #expect(refusal?.description.contains("safe") == false)
        #expect(refusal?.description.contains("in sums, [[ ]], eval and trap a shell reads that again") == true)
    }

    @Test(arguments: [
        "set -eu; echo {}", "set -o nounset; echo {}", "set +e; echo {}", "grep eval {}", "sh run.sh {}", "sh {}",
        "sh -x run.sh {} {.}", "bash -c 'echo \"$2\"' sh {} {.}",
        "env sh run.sh {}", "\"$HOME/bin/prepare\" && echo {}", "command -v convert > /dev/null && convert {} {.}.png",
        "nice -n 5 gzip {}",
    ])
    func `What surely takes it as an argument may have it`(command: String) throws {
        #expect(try ShellScript(command).takesArgument)
    }

    @Test func `Names with blanks, dollars and worse are names of files, too`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let job = CommandJob(try ShellScript("echo x > \(folder)/{}.txt; cat < \(folder)/{}.txt"))
        for task in Self.hostile where !task.contains("/") {
            #expect(
                job.run(Array(task.utf8)[...]) == JobOutcome(output: Array("x\n".utf8)[...]), "\(task.debugDescription)"
            )
        }
    }

    static let placeholders: [(command: String, task: String, output: String)] = [
        ("echo {.}", "a/b.tar.gz", "a/b.tar\n"), ("echo {/}", "a/b.tar.gz", "b.tar.gz\n"),
        ("echo {//}", "a/b.c", "a\n"),
        ("echo {//}", "b.c", ".\n"), ("echo {//}", "/b", "/\n"), ("echo {/.}", "a.d/b", "b\n"),
        ("echo {.}", "a.d/b", "a.d/b\n"),
        ("echo {#}:{}", "x", "7:x\n"), ("printf '%s %s' {} {.}.png", "a b.jpg", "a b.jpg a b.png"),
    ]

    @Test(arguments: placeholders)
    func `Parts of the task are as safe as the task`(command: String, task: String, output: String) throws {
        let job = CommandJob(try ShellScript(command))
        let outcome = job.run(JobRequest(number: 7, text: Array(task.utf8)[...]))
        #expect(String(decoding: outcome.output, as: UTF8.self) == output)
    }

    @Test func `Columns have numbers, and names where there is a header`() throws {
        var settings = CommandSettings()
        settings.columns = ColumnSplitter(separator: Array(", ".utf8))
        let job = CommandJob(
            try ShellScript("printf '<%s>' {2} {name} {3} {4}", hasColumns: true), settings: settings)
        let request = JobRequest(
            text: Array("a,  $(b) , c'".utf8)[...], header: Array("id, x, name".utf8)[...])
        #expect(String(decoding: job.run(request).output, as: UTF8.self) == "< $(b) ><c'><c'><>")
        let missing = job.run(JobRequest(text: Array("a".utf8)[...], header: Array("id, x".utf8)[...]))
        #expect(missing.status == 126)
        #expect(missing.complaint?.contains("no column is called name") == true)
    }

    @Test func `A command without a placeholder is left as it is`() throws {
        for command in ["wc -c", "cat <<X\nit's\nX", "echo `date`", "echo \\{}", "echo hi # {}", "awk '{print}'"] {
            let script = try ShellScript(command)
            #expect(script.bytes == Array(command.utf8))
            #expect(!script.takesArgument)
        }
    }

    @Test func `The task is on standard input, with its newline`() throws {
        let job = CommandJob(try ShellScript("od -An -tx1"))
        #expect(String(decoding: job.run([0x61, 0x00, 0xFF]).output, as: UTF8.self) == " 61 00 ff 0a\n")
    }

    @Test func `A long task comes on standard input whole, and says that it is too long for a placeholder`() throws {
        let task = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let counted = CommandJob(try ShellScript("wc -c")).run(task[...])
        #expect(String(decoding: counted.output, as: UTF8.self).contains("1048577"))
        let tooLong = CommandJob(try ShellScript("echo {}")).run(task[...])
        #expect(tooLong.status == 126)
        #expect(tooLong.complaint?.contains("standard input") == true)
    }

    @Test func `A task with a zero byte cannot be an argument, and says so`() throws {
        let outcome = CommandJob(try ShellScript("echo {}")).run([0x61, 0])
        #expect(outcome.status == 126)
        #expect(outcome.complaint?.contains("zero byte") == true)
    }

    @Test func `The status is the command's, and a signal is no exit with 128 and its number`() throws {
        #expect(CommandJob(try ShellScript("exit 7")).run([]).status == 7)
        #expect(CommandJob(try ShellScript("kill -TERM $$")).run([]).status == TaskStatus.signal(15))
        #expect(CommandJob(try ShellScript("exit 143")).run([]).status == 143)
        #expect(CommandJob(try ShellScript("no-such-command-at-all 2>/dev/null")).run([]).status == 127)
    }

    @Test func `A command gets its signals, whatever the worker does with its own`() throws {
        // With SIGPIPE ignored, `yes` would complain, and the shell would see 1 rather than a signal.
        let job = CommandJob(try ShellScript("yes 2>&1 | head -n 1"))
        #expect(String(decoding: job.run([]).output, as: UTF8.self) == "y\n")
    }

    /// The job of a command.
    private func job(_ command: String, _ configure: (inout CommandSettings) -> Void = { _ in }) throws -> CommandJob {
        var settings = CommandSettings()
        configure(&settings)
        return CommandJob(try ShellScript(command), settings: settings, errorLines: ErrorLines { _ in })
    }

    @Test(.timeLimit(.minutes(1)))
    func `A command ends with its shell, whoever still has its output open`() throws {
        #expect(String(decoding: try job("sleep 100 & echo {}").run([0x61]).output, as: UTF8.self) == "a\n")
        #expect(String(decoding: try job("yes & echo {}").run([0x61]).output.prefix(2), as: UTF8.self).contains("\n"))
    }

    @Test func `A command has no terminal, and a session of its own`() throws {
        let outcome = try job("cat /dev/tty").run([])
        #expect(outcome.status != 0)
        #expect(
            String(decoding: try job("ps -o sid= -p $$ | tr -d ' '; echo $$").run([]).output, as: UTF8.self)
                .split(separator: "\n").count == 2)
    }

    @Test(.timeLimit(.minutes(1)))
    func `One that takes too long is ended, and whatever it has begun`() throws {
        let outcome = try job("trap '' TERM; sleep 100 & echo begun; sleep 100") { $0.timeout = .milliseconds(200) }
            .run([])
        #expect(outcome.status == TaskStatus.timedOut)
        #expect(String(decoding: outcome.output, as: UTF8.self) == "begun\n")
    }

    @Test(.timeLimit(.minutes(1)))
    func `One that writes too much is ended with a line, and one that writes much is whole`() throws {
        let outcome = try job("yes") { $0.mostOutput = 1 << 20 }.run([])
        #expect(outcome.status == TaskStatus.outputTooLong)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint?.contains("--max-output") == true)
        // By default 64 MiB.
        #expect(CommandSettings().mostOutput == 64 << 20)
        #expect(try job("head -c 67108865 /dev/zero").run([]).status == TaskStatus.outputTooLong)
        let much = try job("head -c 5000001 /dev/zero; echo end").run([])
        #expect(much.status == 0)
        #expect(much.output.count == 5_000_005)
        #expect(much.output.suffix(4).elementsEqual("end\n".utf8))
    }

    @Test func `Each line of output may begin with its task`() throws {
        let outcome = try job("printf 'a\\n\\nb'") { $0.tagsLines = true }.run([0x78])
        #expect(String(decoding: outcome.output, as: UTF8.self) == "x\ta\nx\t\nx\tb")
    }

    @Test func `A command is nicer, and may open no more files than its caller`() throws {
        let outcome = try job("nice; ulimit -n") {
            $0.niceness = 5
            $0.openFiles = 77
        }.run([])
        let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
        #expect((Int(lines.first ?? "") ?? 0) >= 5)
        #expect(lines.last == "77")
    }

    @Test(.timeLimit(.minutes(5))) func `Commands on many threads do not hold each other's pipes open`() async throws {
        let flag = FileManager.default.temporaryDirectory.appending(path: "flag-\(UUID().uuidString)").path()
        let slow = CommandJob(try ShellScript("while ! test -e \"$TASK\"; do sleep 0.05; done"))
        let quick = CommandJob(try ShellScript("echo {}"))
        // On threads of their own: those of tasks are few, and not to be blocked for long.
        defer { try? "".write(toFile: flag, atomically: false, encoding: .utf8) }
        for _ in 0..<2 { Thread.detachNewThread { _ = slow.run(Array(flag.utf8)[...]) } }
        let (ended, end) = AsyncStream.makeStream(of: [UInt8].self)
        Thread.detachNewThread {
            // Were a pipe of these inherited by one of those, they would not end before it does.
            for _ in 0..<20 { end.yield(Array(quick.run([0x61]).output)) }
            end.finish()
        }
        var outputs: [[UInt8]] = []
        for await output in ended { outputs.append(output) }
        #expect(outputs == Array(repeating: [0x61, 0x0A], count: 20))
    }
}
