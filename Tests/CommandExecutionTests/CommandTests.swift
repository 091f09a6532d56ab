import Foundation
import Glibc
import SystemSupport
import Testing

@testable import CommandExecution

@Suite(.timeLimit(.minutes(2))) struct CommandTests {
    private func run(
        _ script: String, input: String = "", variables: [String] = [], _ limits: CommandLimits = CommandLimits(),
        noteStop: (Int32, pid_t) -> Void = { _, _ in }
    ) throws -> (ending: CommandResult.Ending, output: String, errors: String) {
        let command = Command(
            ["sh", "-c", script].map { Array($0.utf8) }, variables: variables.map { Array($0.utf8) },
            in: CommandEnvironment(without: ["VALUE"]), limits: limits)
        let file = try NamelessFile(holding: Array(input.utf8)[...], for: "the test")
        let result = try command.run(input: file, .kept(ErrorLines { _ in }, keepsErrors: true), noteStop: noteStop)
        return (
            result.ending, String(decoding: result.output, as: UTF8.self),
            String(decoding: result.errors, as: UTF8.self)
        )
    }

    @Test func `A command reads its input, sees its variables, and its output and status come back`() throws {
        let result = try run("cat; printf %s \"$VALUE\"; echo oops >&2; exit 3", input: "in ", variables: ["VALUE=x y"])
        #expect(result == (.exited(3), "in x y", "oops\n"))
        #expect(try run("kill -TERM $$").ending == .signalled(SIGTERM))
        #expect(try run("exit 143").ending == .exited(143))
        #expect(try run("echo ${VALUE-none}").output == "none\n")
    }

    @Test func `A program that is nowhere, or may not be run, is named`() throws {
        let environment = CommandEnvironment(without: [])
        for (program, reason) in [("no-such-program", "No such file"), ("/etc/passwd", "Permission denied")] {
            let command = Command([Array(program.utf8)], variables: [], in: environment)
            let file = try NamelessFile(holding: [], for: "the test")
            let failure = #expect(throws: CommandFailure.self) {
                try command.run(input: file, .passed(output: STDOUT_FILENO)) { _, _ in }
            }
            #expect(failure?.description.contains(program) == true)
            #expect(failure?.description.contains(reason) == true)
            #expect(failure?.isShortage == false)
        }
    }

    @Test func `Its lines of standard error come whole, while its standard output goes to a file`() throws {
        let command = Command(
            ["sh", "-c", "echo out; printf a >&2; sleep 0.05; echo b >&2; printf c >&2"].map { Array($0.utf8) },
            variables: [], in: CommandEnvironment(without: []))
        let input = try NamelessFile(holding: [], for: "the test")
        let output = try NamelessFile(onDiskFor: "output")
        let lines = Locked<[String]>([])
        let errors = ErrorLines { bytes in lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
        let result = try command.run(input: input, .passed(output: output.descriptor, errors: errors)) { _, _ in }
        #expect(result.ending == .exited(0))
        #expect(lines.withLock { $0 } == ["ab\n", "c\n"])
        var bytes = [UInt8](repeating: 0, count: 9)
        let count = pread(output.descriptor, &bytes, bytes.count, 0)
        #expect(bytes.prefix(max(0, count)).elementsEqual("out\n".utf8))
    }

    @Test func `A line without an end is passed on in parts, none of which ends within a character`() {
        let parts = Locked<[[UInt8]]>([])
        let lines = ErrorLines { bytes in parts.withLock { $0.append(Array(bytes)) } }
        for (character, missing) in [("ü", 1), ("€", 1), ("€", 2), ("𝄞", 3), ("x", 0)] {
            let text = Array((String(repeating: "x", count: 1 << 16) + character).utf8)
            var pending = Array(text.dropLast(missing))
            lines.pass(&pending)
            #expect(pending.count == (missing == 0 ? 0 : character.utf8.count - missing))
            pending += text.suffix(missing)
            lines.pass(&pending, atEnd: true)
            let passed: [[UInt8]] = parts.withLock { parts in
                defer { parts = [] }
                return parts
            }
            #expect(passed.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
            #expect(passed.joined().elementsEqual(missing == 0 ? text : text + [0x0A]))
        }
    }

    @Test func `A long line that comes in very many pieces takes no longer for that`() {
        let passed = Locked<[Int]>([])
        let lines = ErrorLines(longestLine: 4 << 20) { bytes in passed.withLock { $0.append(bytes.count) } }
        let piece = [UInt8](repeating: 0x78, count: 16)
        var pending: [UInt8] = []
        // To search all that has come each time would take hours.
        for _ in 0..<200_000 {
            pending += piece
            lines.pass(&pending, new: piece.count)
        }
        #expect(passed.withLock { $0 }.isEmpty)
        pending += [0x0A, 0x79]
        lines.pass(&pending, new: 2)
        #expect(passed.withLock { $0 } == [3_200_001])
        #expect(pending == [0x79])
    }

    @Test func `A command is the leader of a session of its own, without a terminal`() throws {
        let result = try run("ps -o sid= -p $$; echo $$; exec 3</dev/tty && echo a terminal")
        let lines = result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.count == 2 && lines[0] == lines[1])
    }

    @Test func `Output over a mebibyte comes back whole, and one over the limit ends the command`() throws {
        let long = try run("head -c 3000000 /dev/zero | tr '\\0' x")
        #expect(long.ending == .exited(0))
        #expect(long.output == String(repeating: "x", count: 3_000_000))
        var limits = CommandLimits()
        limits.mostOutput = 1000
        let endless = try run("yes", limits)
        #expect(endless.ending == .outputTooLong)
        #expect(endless.output == "")
    }

    @Test func `A command that takes too long is ended with its group`() throws {
        var limits = CommandLimits()
        limits.timeout = .milliseconds(200)
        let result = try run("sleep 60 & echo $!; wait", limits)
        #expect(result.ending == .timedOut)
        let child = try #require(pid_t(result.output.trimmingCharacters(in: .newlines)))
        // It may be one that nobody has asked about yet.
        #expect(kill(child, 0) != 0 || isZombie(child))
    }

    @Test func `What a command has left behind is ended with its group, whose number is then kept no longer`() throws {
        let group = try #require(pid_t(try run("sleep 60 & echo $$").output.trimmingCharacters(in: .newlines)))
        #expect(RunningCommands.leftGroups.contains(group))
        let start = ContinuousClock.now
        CommandGroup.endRest(of: group, within: .seconds(60), wasTold: false)
        // Not before its time is over, but when it has ended.
        #expect(ContinuousClock.now - start < .seconds(30))
        // As long as the system lists one that has ended, it gives the number to nobody.
        #expect(!RunningCommands.leftGroups.contains(group) || kill(-group, 0) == 0)
    }

    @Test func `A command that is stopped is said once, with its number`() throws {
        var stops: [Int32] = []
        let result = try run("kill -STOP $$; echo on") { signal, process in
            stops.append(signal)
            kill(process, SIGCONT)
        }
        #expect(result.output == "on\n")
        #expect(stops == [SIGSTOP])
    }

    @Test func `It has the limit of open files and the priority that it is given`() throws {
        var limits = CommandLimits()
        limits.openFiles = 123
        limits.niceness = 5
        #expect(try run("ulimit -n; nice", limits).output == "123\n5\n")
    }

    private func isZombie(_ process: pid_t) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        return status?.split(separator: ")").last?.hasPrefix(" Z") == true
    }
}
