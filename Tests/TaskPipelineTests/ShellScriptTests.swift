import Foundation
import TaskPipeline
import Testing

/// A task never becomes shell syntax, wherever `{}` stands.
@Suite struct ShellScriptTests {
    /// Texts that would do something if a shell read them.
    static let hostile = [
        "plain", "", " two  blanks ", "$(touch /tmp/pipeline-was-here)", "`touch /tmp/pipeline-was-here`",
        "'; touch /tmp/pipeline-was-here; '", "\"; touch /tmp/pipeline-was-here; \"", "a'b\"c", "'", "\"", "\\", "\\'",
        "\n; touch /tmp/pipeline-was-here\n", "$HOME ${HOME} $1 $(( 1 + 1 ))", "* ? [a]", "-n", "{}", "a{}b", "!x", "#",
        "&& false", "| cat", "> /tmp/pipeline-was-here", "\t", "\u{1}", "ä€", "'\"'\"'", "')", "\")", "))",
    ]

    /// Commands that print the task between `<` and `>`, with `{}` in every place that it may stand.
    static let commands = [
        "printf '<%s>' {}",
        "printf '<%s>' \"{}\"",
        "printf '<%s>' '{}'",
        "printf %s '<{}>'",
        "printf %s \"<{}>\"",
        "printf %s '<'{}'>'",
        "printf %s \"$(printf '<%s>.' {})\" | sed '$s/>\\.$/>/'",
        "printf %s \"$(printf %s '<{}>.')\" | sed '$s/>\\.$/>/'",
        "printf %s \"$( (printf %s \"<{}>.\") )\" | sed '$s/>\\.$/>/'",
        "x={}; printf '<%s>' \"$x\"",
        "x=\"{}\"; printf '<%s>' \"$x\"",
        "x='{}' sh -c 'printf \"<%s>\" \"$x\"'",
        "sh -c 'printf \"<%s>\" \"$1\"' sh {}",
        "f() { printf '<%s>' \"$1\"; }; f {}",
        "# it's a {} comment\nprintf '<%s>' {}",
        "echo \\\"{}\\\" > /dev/null; printf '<%s>' {}",
        "case {} in *) printf '<%s>' {} ;; esac",
        "if true; then { printf '<%s>' '{}'; }; fi",
    ]

    @Test(arguments: commands)
    func `The command gets the task as it is`(command: String) throws {
        let job = CommandJob(try ShellScript(command))
        for task in Self.hostile {
            let outcome = job.run(Array(task.utf8)[...])
            // Inside $( ) the shell drops what it always drops, and the dot has kept it from doing so.
            #expect(
                outcome == JobOutcome(output: Array("<\(task)>".utf8)[...]), "\(command) with \(task.debugDescription)")
        }
        #expect(JobOutcome() == CommandJob(try ShellScript("test ! -e /tmp/pipeline-was-here")).run([]))
    }

    @Test(arguments: [
        "echo `echo {}`", "echo ${x:-{}}", "echo $(( {} + 1 ))", "cat <<X\n{}\nX", "echo $'{}'", "eval echo {}",
        "eval \"echo {}\"", "x=$(case a in a) echo {};; esac)", "echo \"${x:-'a'}\" {}", "echo ${} {}",
    ])
    func `Where a shell's rules leave doubt, a placeholder is refused`(command: String) {
        let refusal = #expect(throws: ShellScript.Refusal.self) { try ShellScript(command) }
        #expect(refusal?.description.contains("{}") == true)
    }

    @Test func `A command without a placeholder is left as it is`() throws {
        for command in ["wc -c", "cat <<X\nit's\nX", "echo `date`", "echo \\{}", "echo hi # {}", "awk '{print}'"] {
            let script = try ShellScript(command)
            #expect(script.text == command)
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

    @Test func `The status is the command's, or 128 and its signal`() throws {
        #expect(CommandJob(try ShellScript("exit 7")).run([]).status == 7)
        #expect(CommandJob(try ShellScript("kill -TERM $$")).run([]).status == 143)
        #expect(CommandJob(try ShellScript("no-such-command-at-all 2>/dev/null")).run([]).status == 127)
    }

    @Test func `A command gets its signals, whatever the worker does with its own`() throws {
        // With SIGPIPE ignored, `yes` would complain, and the shell would see 1 rather than a signal.
        let job = CommandJob(try ShellScript("yes 2>&1 | head -n 1"))
        #expect(String(decoding: job.run([]).output, as: UTF8.self) == "y\n")
    }

    @Test(.timeLimit(.minutes(5))) func `Commands on many threads do not hold each other's pipes open`() async throws {
        let flag = FileManager.default.temporaryDirectory.appending(path: "flag-\(UUID().uuidString)").path()
        let slow = CommandJob(try ShellScript("while ! test -e {}; do sleep 0.05; done"))
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
