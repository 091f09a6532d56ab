import Foundation
import Glibc
import ProcessSupport
import Testing

/// Commands do not outlive the program that has started them, however it ends.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CommandGuardTests {
    let programs = Programs()
    let folder: TestFolder
    /// Numbers of seconds that nobody else sleeps.
    let seconds = "\(Int.random(in: 100_000_000..<900_000_000))"

    init() throws { folder = try TestFolder() }

    private var sleepers: LeftProcesses { LeftProcesses(word: "sleep\0\(seconds)") }

    @Test(arguments: ["run", "run --plain", "work", "subscribe"])
    func `SIGKILL of a program ends its commands, and what these have started`(program: String) async throws {
        // Two that sleep for each command, one of them in the background.
        let command = "sleep \(seconds) & sleep \(seconds); :"
        let running: RunningProgram
        switch program {
        case "work":
            running = try programs.pipeline(
                "work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r"), "--concurrency", "2", "--exec",
                command)
            _ = try programs.pipeline(
                "produce", try folder.numbers(2), "--tasks", folder.ipc("t"), "--done", folder.ipc("d"))
        case "subscribe":
            running = try programs.pubsub(
                "subscribe", "--bind", folder.ipc("p"), "--all", "--count", "forever", "--jobs", "2", "--exec", command)
            for _ in 0..<2 { _ = try programs.pubsub("publish", "--connect", folder.ipc("p"), "topic", "payload") }
        default:
            running = try programs.pipeline(
                program.split(separator: " ").map(String.init)
                    + [try folder.numbers(2), "--workers", "2", "--exec", command])
        }
        #expect(try await sleepers.become(4, within: .seconds(30)))
        running.signal(SIGKILL)
        #expect(try await sleepers.become(0, within: .seconds(10)))
    }

    @Test func `What does not mind SIGTERM is killed two seconds later`() async throws {
        let running = try programs.pipeline(
            "run", try folder.numbers(1), "--workers", "1", "--exec", "trap '' TERM; sleep \(seconds); :")
        #expect(try await sleepers.become(1, within: .seconds(30)))
        running.signal(SIGKILL)
        #expect(try await sleepers.become(0, within: .seconds(10)))
    }

    @Test func `Who kills a program by a word of its command line does not kill its guard`() async throws {
        let tasks = try folder.numbers(2)
        _ = try programs.pipeline("run", tasks, "--workers", "2", "--exec", "sleep \(seconds) & sleep \(seconds); :")
        #expect(try await sleepers.become(4, within: .seconds(30)))
        // As `pkill -KILL -f` finds them.
        let named = LeftProcesses(word: tasks)
        #expect(try await named.become(1, within: .seconds(10)))
        for number in named.numbers { kill(number, SIGKILL) }
        #expect(try await sleepers.become(0, within: .seconds(10)))
    }

    @Test func `A command ends with its program although the guard was killed before`() async throws {
        let running = try programs.pipeline(
            "run", try folder.numbers(2), "--workers", "2", "--exec", "exec sleep \(seconds)")
        #expect(try await sleepers.become(2, within: .seconds(30)))
        kill(try await commandGuard(of: running), SIGKILL)
        running.signal(SIGKILL)
        #expect(try await sleepers.become(0, within: .seconds(10)))
    }

    /// The process that ends a program's commands where the program cannot.
    private func commandGuard(of program: RunningProgram) async throws -> pid_t {
        let guards = LeftProcesses(word: "command-guard")
        while true {
            if let number = guards.numbers.first(where: { parent(of: $0) == program.processID }) { return number }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The process that has started another; nil where that is gone.
    private func parent(of number: pid_t) -> pid_t? {
        // Behind the name, which is in parentheses: the state, and the parent.
        let text = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
        return text.components(separatedBy: ") ").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
    }

    @Test func `The end of the guard costs nothing but its help`() async throws {
        let running = try programs.pipeline(
            "run", try folder.numbers(20), "--workers", "1", "--exec",
            "test $TASK = 3 && for p in $(pgrep -P $PPID); do test $p = $$ || kill -9 $p; done; echo \"$TASK\"")
        #expect(try await running.ending() == .exited(0))
        #expect(try await running.output.all().count == 20)
    }
}
