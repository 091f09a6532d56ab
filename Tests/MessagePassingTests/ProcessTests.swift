import Foundation
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// `ranks` and programs that it starts, as processes.
@Suite(.timeLimit(.minutes(5))) struct ProcessTests {
    private func ranks(_ arguments: String...) throws -> RunningProgram {
        try RunningProgram.product("ranks", arguments)
    }

    private var rankProgram: String { RunningProgram.productFolder.appending(path: "rank-program").path() }

    // MARK: Demonstrations

    @Test func `The ring prints each hop, in order`() async throws {
        let running = try ranks("demo", "ring", "-n", "4")
        #expect(try await running.ending() == .exited(0))
        #expect(try await running.output.all() == ["0 -> 1", "1 -> 2", "2 -> 3", "3 -> 0"])
    }

    @Test func `Pi is pi, and the dictionary arrives as the lecture prints it`() async throws {
        let pi = try ranks("demo", "pi", "-n", "3")
        let lines = try await pi.output.all()
        #expect(lines.count == 1)
        #expect(lines.first.flatMap { Double($0) }.map { abs($0 - .pi) < 1e-9 } == true)
        let dictionary = try ranks("demo", "dictionary")
        #expect(try await dictionary.output.all() == ["{'a': 7, 'b': 3.14}"])
    }

    @Test func `The plate is the same for every number of ranks`() async throws {
        var sums: Set<[String]> = []
        for number in ["1", "2", "3", "5"] {
            let running = try ranks("demo", "heat", "-n", number)
            #expect(try await running.ending() == .exited(0))
            sums.insert(try await running.output.all())
        }
        #expect(sums.count == 1)
        #expect(sums.first?.count == 1)
    }

    @Test func `The benchmark writes an object a line`() async throws {
        let running = try ranks("bench", "-n", "3", "--sizes", "8,1KiB", "--time", "5ms", "--format", "json")
        #expect(try await running.ending() == .exited(0))
        let lines = try await running.output.all()
        let objects = lines.compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        #expect(objects.count == lines.count && lines.count == 13)
        let fields: Set = ["operation", "ranks", "bytes", "repetitions", "median_us", "p99_us", "bytes_per_second"]
        for object in objects { #expect(Set(object.keys) == fields) }
        let operations = Set(objects.compactMap { $0["operation"] as? String })
        #expect(
            operations == ["ping-pong", "barrier", "broadcast", "reduce", "allReduce", "allGather", "allToAll"])
    }

    // MARK: Running

    @Test func `Each line of output has its rank in front, and all have their variables`() async throws {
        let running = try ranks(
            "run", "-n", "3", "sh", "-c",
            "echo $RANKS_RANK of $RANKS_SIZE; printf 'no newline' >&2; test $(stat -L -c %a $RANKS_KEY_FILE) = 600")
        #expect(try await running.ending() == .exited(0))
        #expect(Set(try await running.output.all()) == ["[0] 0 of 3", "[1] 1 of 3", "[2] 2 of 3"])
        #expect(Set(try await running.errors.all()) == ["[0] no newline", "[1] no newline", "[2] no newline"])
    }

    @Test(
        arguments: [
            (nil, "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"),
            ("glibc.malloc.arena_max=2", "glibc.malloc.arena_max=2"), ("", ""),
        ] as [(own: String?, told: String)])
    func `Processes keep the memory of large messages for the next, unless their environment says otherwise`(
        own: String?, told: String
    ) async throws {
        let running = try RunningProgram(
            "/usr/bin/env",
            ["-u", "GLIBC_TUNABLES"] + (own.map { ["GLIBC_TUNABLES=\($0)"] } ?? [])
                + [
                    RunningProgram.productFolder.appending(path: "ranks").path(), "run", "-n", "1", "--", "sh", "-c",
                    "echo ${GLIBC_TUNABLES-unset}",
                ])
        #expect(try await running.ending() == .exited(0))
        #expect(try await running.output.all() == ["[0] \(told)"])
    }

    @Test func `A long line stays one line, whatever others write meanwhile`() async throws {
        let running = try ranks(
            "run", "-n", "2", "--", "sh", "-c", "head -c 300000 /dev/zero | tr '\\0' $RANKS_RANK; echo; echo end")
        #expect(try await running.ending() == .exited(0))
        let lines = try await running.output.all()
        let long = (0..<2).map { "[\($0)] " + String(repeating: "\($0)", count: 300_000) }
        #expect(lines.sorted() == (long + ["[0] end", "[1] end"]).sorted())
    }

    @Test func `What cannot be written ends all, and is said`() async throws {
        let running = try RunningProgram(
            "/bin/sh",
            [
                "-c", "exec \"$0\" run -n 2 -- sh -c 'echo lost; exec sleep 1000' > /dev/full",
                RunningProgram.productFolder.appending(path: "ranks").path(),
            ])
        #expect(try await running.ending() == .exited(1))
        #expect(try await running.errors.all() == ["ranks: standard output: No space left on device"])
    }

    @Test func `What processes say last is there, also of those that are ended as another has failed`() async throws {
        let folder = try TemporaryFolder()
        let running = try ranks(
            "run", "-n", "2", "--", "sh", "-c",
            """
            [ $RANKS_RANK = 1 ] && { until [ -e "$0/0" ]; do sleep 0.05; done; printf broken >&2; exit 3; }
            trap 'printf last; printf words >&2; exit 0' TERM
            touch "$0/0"; while :; do sleep 0.1; done
            """, folder.path)
        #expect(try await running.ending() == .exited(3))
        #expect(try await running.output.all() == ["[0] last"])
        // The shell may say more, of what it ran.
        let errors = try await running.errors.all()
        let said = ["[1] broken", "ranks: rank 1 (sh) failed with status 3", "[0] words"]
        #expect(said.allSatisfy(errors.contains), "\(errors)")
    }

    @Test func `Processes that something else starts with the four variables are a world`() async throws {
        let folder = try TemporaryFolder()
        try CurveCertificate(try .generate()).save(in: folder.path, name: "world")
        let rendezvous = try await LocalWorld.freeEndpoint()
        let processes = try (0..<2).map { rank in
            try RunningProgram(
                "/usr/bin/env",
                [
                    "RANKS_RANK=\(rank)", "RANKS_SIZE=2", "RANKS_RENDEZVOUS=\(rendezvous)",
                    "RANKS_KEY_FILE=\(folder.path)/world.key_secret",
                    RunningProgram.productFolder.appending(path: "ranks").path(), "demo", "dictionary",
                ])
        }
        #expect(try await processes[1].output.all() == ["{'a': 7, 'b': 3.14}"])
        for process in processes { #expect(try await process.ending() == .exited(0)) }
    }

    @Test func `The first process that fails is named, and its status is that of all`() async throws {
        let running = try ranks("run", "-n", "3", "--", "sh", "-c", "[ $RANKS_RANK = 1 ] && exit 7; sleep 1000")
        #expect(try await running.ending() == .exited(7))
        #expect(try await running.errors.all() == ["ranks: rank 1 (sh) failed with status 7"])
    }

    @Test(arguments: [(200, "200"), (255, "255"), (143, "143, as after signal 15 (Terminated)")])
    func `A status is told with the signal that it may stand for, where there is one`(
        status: Int, text: String
    ) async throws {
        let running = try ranks("run", "-n", "1", "sh", "-c", "exit \(status)")
        #expect(try await running.ending() == .exited(Int32(status)))
        #expect(try await running.errors.all() == ["ranks: rank 0 (sh) failed with status \(text)"])
    }

    @Test func `Those that do not mind SIGTERM, and those that are stopped, are gone within five seconds`() async throws
    {
        let folder = try TemporaryFolder()
        let running = try ranks(
            "run", "-n", "3", "--", "sh", "-c",
            """
            echo $$; trap '' TERM; touch "$0/$RANKS_RANK"
            [ $RANKS_RANK = 2 ] && kill -STOP $$
            [ $RANKS_RANK = 0 ] && { until [ -e "$0/1" -a -e "$0/2" ]; do sleep 0.05; done; kill -9 $$; }
            sleep 1000
            """, folder.path)
        try await running.output.wait(for: "[", count: 3)
        try await running.errors.wait(for: "ranks: rank 0 (sh) failed with status 137")
        let start = ContinuousClock.now
        #expect(try await running.ending() == .exited(137))
        // Five, and what a busy machine adds.
        #expect(ContinuousClock.now - start < .seconds(10))
        for line in running.output.soFar {
            let number = try #require(line.split(separator: " ").last.flatMap { pid_t($0) })
            // Killed it is, and gone as soon as the system gets to it.
            let end = ContinuousClock.now + .seconds(60)
            while Self.isAlive(number), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
            #expect(!Self.isAlive(number), "process \(number) is still there")
        }
    }

    /// Whether a process is there, and not only what is left of it until somebody asks how it ended.
    private static func isAlive(_ process: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.split(separator: " ").first != "Z"
    }

    @Test func `A signal is passed on`() async throws {
        let running = try ranks(
            "run", "-n", "2", "--", "sh", "-c",
            "trap 'echo got INT; exit 0' INT; echo waiting; while :; do sleep 0.1; done")
        try await running.output.wait(for: "waiting", count: 2)
        running.signal(SIGINT)
        #expect(try await running.ending() == .exited(130))
        #expect(running.output.soFar.contains { $0.hasSuffix("got INT") })
    }

    @Test func `A signal is passed on once, as many programs take a second for an order to end at once`() async throws {
        // So many that some have taken the first before a second would come.
        let running = try ranks(
            "run", "-n", "16", "--", "sh", "-c",
            """
            trap 'echo got TERM; left=4' TERM
            echo waiting; left=1000
            until [ $left = 0 ]; do sleep 0.2; left=$((left - 1)); done
            """)
        try await running.output.wait(for: "waiting", count: 16)
        running.signal(SIGTERM)
        #expect(try await running.ending() == .exited(143))
        let lines = try await running.output.all().filter { $0.hasSuffix("got TERM") }
        #expect(lines.sorted() == (0..<16).map { "[\($0)] got TERM" }.sorted())
    }

    @Test func `Nothing is left of a launcher that gets SIGKILL`() async throws {
        let running = try ranks("run", "-n", "2", "--", "sh", "-c", "echo $$; sleep 1000")
        try await running.output.wait(for: "[", count: 2)
        let processes = running.output.soFar.compactMap { $0.split(separator: " ").last.flatMap { pid_t($0) } }
        #expect(processes.count == 2)
        running.signal(SIGKILL)
        for process in processes {
            let deadline = ContinuousClock.now + .seconds(30)
            // The end of another's child is announced to nobody.
            while Self.isAlive(process), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
            #expect(!Self.isAlive(process), "process \(process) is still there")
        }
    }

    @Test func `Processes on other hosts are started by a remote shell, without a secret in its arguments`()
        async throws
    {
        let folder = try TemporaryFolder()
        try folder.write("#!/bin/sh\necho \"$@\" >> \(folder.path)/calls\nshift\nexec sh -c \"$*\"\n", to: "shell")
        chmod(folder.path + "/shell", 0o755)
        let running = try ranks(
            "run", "--hosts", "127.0.0.1:1,127.0.0.2:2", "--remote-shell", folder.path + "/shell",
            RunningProgram.productFolder.appending(path: "ranks").path(), "demo", "ring")
        #expect(try await running.ending() == .exited(0))
        #expect(try await running.output.all() == ["[0] 0 -> 1", "[0] 1 -> 2", "[0] 2 -> 0"])
        let calls = try folder.text(of: "calls").split(separator: "\n")
        #expect(calls.count == 4)
        #expect(calls.allSatisfy { $0.hasSuffix("' node") || $0.hasSuffix("' node --free-port") }, "\(calls)")
    }

    @Test func `The remote shell, its arguments and the path of ranks may have blanks and quotes in them`() async throws
    {
        let folder = try TemporaryFolder()
        let odd = folder.path + "/it's a \"shell\""
        try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: false)
        let script = "#!/bin/sh\necho \"$1|$2|$3\" >> \(folder.path)/calls\nshift 3\nexec sh -c \"$*\"\n"
        try folder.write(script, to: "shell")
        chmod(folder.path + "/shell", 0o755)
        try FileManager.default.moveItem(atPath: folder.path + "/shell", toPath: odd + "/sh")
        let ranks = RunningProgram.productFolder.appending(path: "ranks").path()
        try FileManager.default.createSymbolicLink(atPath: odd + "/ranks", withDestinationPath: ranks)
        // The path in single quotes, but for its own one, which stands in double quotes.
        let shell = "'\(odd.replacing("'", with: "'\"'\"'"))/sh' -o \"two  words\""
        let running = try self.ranks(
            "run", "--hosts", "127.0.0.1:2", "--remote-shell", shell, "--remote-ranks", odd + "/ranks", ranks, "demo",
            "ring")
        #expect(try await running.output.all() == ["[0] 0 -> 1", "[0] 1 -> 0"])
        #expect(try await running.ending() == .exited(0))
        let calls = Set(try folder.text(of: "calls").split(separator: "\n"))
        #expect(calls == ["-o|two  words|127.0.0.1"])
    }

    @Test func `When a process on a host fails, those on all hosts are ended`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("#!/bin/sh\nshift\nexec sh -c \"$*\"\n", to: "shell")
        chmod(folder.path + "/shell", 0o755)
        let running = try ranks(
            "run", "--hosts", "127.0.0.1:2,127.0.0.2:1", "--remote-shell", folder.path + "/shell", "--", "sh", "-c",
            """
            [ $RANKS_RANK = 2 ] && { until [ -e "$0/0" -a -e "$0/1" ]; do sleep 0.05; done; exit 9; }
            echo $$; touch "$0/$RANKS_RANK"; exec sleep 1000
            """, folder.path)
        #expect(try await running.ending() == .exited(9))
        #expect(try await running.errors.all().contains("ranks: rank 2 on 127.0.0.2 (sh) failed with status 9"))
        let lines = try await running.output.all()
        #expect(lines.count == 2)
        for line in lines {
            let number = try #require(line.split(separator: " ").last.flatMap { pid_t($0) })
            let end = ContinuousClock.now + .seconds(60)
            while Self.isAlive(number), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
            #expect(!Self.isAlive(number), "process \(number) is still there")
        }
    }

    @Test func `What cannot be is refused with status 64`() async throws {
        for arguments in [
            ["run"], ["run", "-n", "0", "true"], ["run", "--hosts", "a:x", "true"], ["run", "--odd", "true"],
            ["run", "--remote-shell", "", "true"], ["run", "--remote-shell", "ssh -o 'x y", "true"],
            ["run", "--hosts", "::1", "true"], ["run", "--hosts", "[::1]2", "true"],
            ["run", "--hosts", "[-x]", "true"],
            ["run", "--hosts", "a:9223372036854775807", "true"], ["run", "--hosts", "a:600,b:600", "true"],
        ] {
            let running = try RunningProgram.product("ranks", arguments)
            #expect(try await running.ending() == .exited(64), "\(arguments)")
            #expect(try await running.errors.all().count == 1, "\(arguments)")
        }
        let missing = try ranks("run", "/no/such/program")
        #expect(try await missing.ending() == .exited(127))
    }

    // MARK: Ranks that die

    @Test(arguments: ["barrier", "broadcast", "allReduce", "allGather", "allToAll", "ring"], [SIGKILL, SIGSTOP])
    func `A rank that is killed or stopped in the middle`(operation: String, signal: Int32) async throws {
        let running = try ranks("run", "-n", "4", "--keep-going", rankProgram, operation)
        try await running.output.wait(for: "ready", count: 4)
        var processes: [Int: pid_t] = [:]
        for line in running.output.soFar where line.contains("ready") {
            let words = line.split(separator: " ")
            if let rank = Int(words[2]), let process = pid_t(words[3]) { processes[rank] = process }
        }
        let victim = Int.random(in: 0..<4)
        kill(try #require(processes[victim]), signal)
        let start = ContinuousClock.now
        try await running.output.wait(for: "threw", count: 3)
        let took = ContinuousClock.now - start
        print("rank \(victim) of \(operation) got signal \(signal): all survivors knew after \(took)")
        // Three heartbeats of a second, and what a busy machine adds; without that: DetectionTimeTests.
        #expect(took < .seconds(10))
        try await running.output.wait(for: "shrunk to 3", count: 3)
        let lines = running.output.soFar.map { $0.drop { $0 != "]" }.dropFirst(2) }
        let threw = Set(lines.filter { $0.hasPrefix("threw rankFailed: rank \(victim) ") })
        #expect(threw.count == 1, "\(lines)")
        #expect(Set(lines.filter { $0.hasPrefix("again rankFailed: rank \(victim) ") }).count == 1, "\(lines)")
        #expect(lines.filter { $0 == "shrunk to 3, sum \(6 - victim)" }.count == 3, "\(lines)")

        // Another one, so that two are left, which end in order.
        let second = (victim + 1) % 4
        kill(try #require(processes[second]), SIGKILL)
        try await running.output.wait(for: "shrunk to 2", count: 2)
        if signal == SIGSTOP { kill(try #require(processes[victim]), SIGKILL) }
        #expect(try await running.ending() == .exited(137))
        let all = running.output.soFar
        #expect(all.filter { $0.hasSuffix("shrunk to 2, sum \(6 - victim - second)") }.count == 2, "\(all)")
    }

    @Test func `A stopped rank that goes on learns that it has been excluded`() async throws {
        let running = try ranks("run", "-n", "3", "--keep-going", rankProgram, "allReduce")
        try await running.output.wait(for: "ready", count: 3)
        let line = try #require(running.output.soFar.first { $0.contains("ready 1 ") })
        let process = try #require(line.split(separator: " ").last.flatMap { pid_t($0) })
        kill(process, SIGSTOP)
        try await running.output.wait(for: "shrunk to 2", count: 2)
        kill(process, SIGCONT)
        try await running.output.wait(for: "[1] threw excluded")
        #expect(try await running.ending() == .exited(3))
    }
}
