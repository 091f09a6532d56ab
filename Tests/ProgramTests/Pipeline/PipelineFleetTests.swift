import Foundation
import Glibc
import ProcessSupport
import Testing

/// Parts that are late, cut off, short of something, or stopped for a while: nothing is done twice because of it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineFleetTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// What tasks have written to a file when they were done, sorted.
    private func log() throws -> [Int] { try folder.lines(of: "log").compactMap { Int($0) }.sorted() }

    @Test func `A worker without descriptors gives its tasks back, and no attempt is used up`() async throws {
        let collector = try collect("--output", folder["out"])
        let short = try programs.pipelineShell(
            "ulimit -n 60; exec $PIPELINE work --tasks \(folder.ipc("t")) --results \(folder.ipc("r")) --concurrency 50 --exec 'sleep 0.2; echo {}'"
        )
        let healthy = try work("--exec", "sleep 0.05; echo {}", "--concurrency", "2")
        let producer = try produce(try folder.numbers(300), "--attempts", "1")
        let line = try await short.errors.wait(for: "the task is given back")
        #expect(line.contains("Too many open files"), "\(line)")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...300))
        withExtendedLifetime((short, healthy)) {}
    }

    /// A worker with a folder that has no room, beside a healthy one: in a namespace of its own, where nobody else minds.
    @Test(
        .enabled("needs root and namespaces", { await NetworkNamespaces.areAvailable }),
        arguments: ["/dev/shm", "TMPDIR"])
    func `A worker without room on its disks fails no task`(folderName: String) async throws {
        let collector = try collect("--output", folder["out"])
        let place = folderName == "TMPDIR" ? folder["small"] : folderName
        // More than a command's output in memory may be.
        let command = "head -c 1500000 /dev/zero | tr '\\0' x; echo {}"
        let short = try programs.keep(
            RunningProgram(
                "/usr/bin/unshare",
                [
                    "--mount", "--propagation", "private", "/bin/bash", "-c",
                    """
                    mkdir -p "$1" && mount -t tmpfs -o size=64k tmpfs "$1"
                    head -c 1000000 /dev/zero >"$1/full" 2>/dev/null
                    [ "$1" = /dev/shm ] || export TMPDIR=$1
                    shift; exec "$@"
                    """,
                    "bash", place, Programs.pipelinePath, "work", "--tasks", folder.ipc("t"), "--results",
                    folder.ipc("r"), "--concurrency", "4", "--exec", command,
                ]))
        let healthy = try work("--exec", "sleep 0.05; \(command)", "--concurrency", "2")
        let producer = try produce(try folder.numbers(60), "--attempts", "1")
        if folderName == "TMPDIR" {
            try await short.errors.wait(for: "No space left on device", "the task is given back")
        }
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        let numbers = try folder.lines(of: "out").compactMap { Int($0.drop { $0 == "x" }) }
        #expect(numbers.sorted() == Array(1...60))
        withExtendedLifetime((short, healthy)) {}
    }

    @Test(.enabled("needs root", { geteuid() == 0 }))
    func `A worker that may start few processes fails no task`() async throws {
        let collector = try collect("--output", folder["out"])
        let healthy = try work("--exec", "sleep 0.05; echo {}", "--concurrency", "2")
        let producer = try produce(try folder.numbers(200), "--attempts", "1")
        try await producer.errors.wait(for: "done on ")
        try await collector.errors.wait(for: "results on ")
        // The limit is for a user that is not the system's own and has no other process.
        let user = "\(Int32.random(in: 100_000..<2_000_000))"
        let short = try programs.pipelineShell(
            """
            chmod -R a+rwx \(folder.path)
            exec setpriv --reuid \(user) --regid \(user) --clear-groups bash -c \
              "ulimit -u 24; exec $PIPELINE work --tasks \(folder.ipc("t")) --results \(folder.ipc("r")) \
                --concurrency 40 --exec 'sleep 0.2; echo {}'"
            """)
        try await short.errors.wait(for: "Resource temporarily unavailable")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...200))
        withExtendedLifetime((short, healthy)) {}
    }

    /// Times of the field, which a test that is run often has not: `PIPELINE_LONG=1`.
    static var isLong: Bool { ProcessInfo.processInfo.environment["PIPELINE_LONG"] != nil }

    @Test func `A run that is stopped for a while does nothing twice`() async throws {
        let program = try programs.pipeline(
            "run", try folder.numbers(4), "--exec", "echo {} >> \(folder["log"]); sleep 3; echo {}", "--workers", "2",
            "--retry-after", "1s", "--output", folder["out"])
        while try !folder.exists("log") || folder.lines(of: "log").count < 2 {
            try await Task.sleep(for: .milliseconds(20))
        }
        program.signal(SIGSTOP)
        // Longer than it would wait for anybody else.
        try await Task.sleep(for: .seconds(Self.isLong ? 12 : 5))
        program.signal(SIGCONT)
        #expect(try await program.ending() == .exited(0))
        #expect(try log() == [1, 2, 3, 4])
        // Besides the progress, which a run of more than ten seconds tells.
        #expect(
            try await program.errors.all().filter { $0.hasPrefix("pipeline") } == ["pipeline run: 4 of 4 tasks done"])
    }

    @Test func `Results wait for a collector that is late, and nobody does their tasks again`() async throws {
        let worker = try work("--exec", "echo {} >> \(folder["log"]); echo {}", "--concurrency", "2")
        let producer = try produce(try folder.numbers(20), "--retry-after", "1s")
        while try !folder.exists("log") || folder.lines(of: "log").count < 20 {
            try await Task.sleep(for: .milliseconds(20))
        }
        try await worker.errors.wait(for: "no collector reached", "results wait here")
        try await producer.errors.wait(for: "results that no collector takes")
        if Self.isLong { try await Task.sleep(for: .seconds(25)) }
        let collector = try collect()
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.output.all().compactMap { Int($0) }.sorted() == Array(1...20))
        #expect(try log() == Array(1...20))
    }

    @Test func `A collector whose producer is elsewhere costs no second run`() async throws {
        let collector = try programs.pipeline(
            "collect", "--results", folder.ipc("r"), "--done", folder.ipc("nobody"))
        // With room for all: without reports no more are handed out than it asks for.
        let worker = try work("--exec", "echo {} >> \(folder["log"]); echo {}", "--concurrency", "3")
        let producer = try produce(try folder.numbers(3), "--retry-after", "1s")
        try await collector.errors.wait(for: "no producer answers at \(folder.ipc("nobody"))")
        try await producer.errors.wait(for: "no collector reports at \(folder.ipc("d"))")
        while try !folder.exists("log") || folder.lines(of: "log").count < 3 {
            try await Task.sleep(for: .milliseconds(20))
        }
        // Three times as long as it would wait if there were a collector: nothing tells that nothing happens.
        try await Task.sleep(for: .seconds(3))
        #expect(try log().sorted() == [1, 2, 3])
        withExtendedLifetime(worker) {}
    }

    @Test func `Results that go to another run's collector are said at both ends`() async throws {
        let others = try programs.pipeline(
            "produce", "--tasks", folder.ipc("t2"), "--done", folder.ipc("d2"), "--quiet")
        let other = try programs.pipeline("collect", "--results", folder.ipc("r2"), "--done", folder.ipc("d2"))
        let collector = try collect()
        let lost = try programs.pipeline(
            "work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r2"), "--job", "echo")
        let producer = try produce(try folder.numbers(3), "--retry-after", "1s")
        try await producer.errors.wait(for: "its result has not come to the collector", "does --results there name")
        try await other.errors.wait(for: folder.ipc("r2"), "brings results of another run, which are dropped")
        lost.signal(SIGKILL)
        let worker = try work("--job", "echo")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.output.all().compactMap { Int($0) }.sorted() == [1, 2, 3])
        withExtendedLifetime((others, worker)) {}
    }

    @Test func `A host that does not resolve, and one that refuses, are named`() async throws {
        let worker = try programs.pipeline(
            "work", "--tasks", "tcp://no-such-host.invalid:5557", "--results", "tcp://127.0.0.1:1", "--job", "echo")
        try await worker.errors.wait(for: "tcp://no-such-host.invalid:5557", "does not resolve", "still trying")
        try await worker.errors.wait(for: "tcp://127.0.0.1:1", "Connection refused", "still trying")
        worker.signal(SIGTERM)
        #expect(try await worker.ending() == .exited(0))
    }

    @Test func `A task that ends its workers is given up and named, and the others are done`() async throws {
        let collector = try collect("--format", "json", "--output", folder["out"])
        // The worker is the parent of the command.
        let command = "test \"$TASK\" = 3 && kill -9 $PPID; echo {}"
        var workers = try (0..<2).map { _ in try work("--exec", command, "--concurrency", "2") }
        let producer = try produce(try folder.numbers(20), "--retry-after", "1s")
        var killed = 0
        let ended = Watched(false)
        let ending = Task {
            defer { ended.change { $0 = true } }
            return try await producer.ending()
        }
        while !ended.value {
            for index in workers.indices where kill(workers[index].processID, 0) != 0 {
                killed += 1
                workers[index] = try work("--exec", command, "--concurrency", "2")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await ending.value == .exited(1))
        #expect(try await collector.ending() == .exited(1))
        let lines = try folder.lines(of: "out")
        #expect(lines.count == 20)
        let lost = lines.filter { $0.contains(#""status":"lost""#) }
        #expect(lost.count == 1)
        #expect(lost.first?.contains(#""number":3,"#) == true)
        // By default three, each by its name, which has the number of its process.
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data((lost.first ?? "").utf8)) as? [String: Any])
        let names = try #require(record["worker"] as? String).components(separatedBy: ", ")
        #expect(names.count == 3 && Set(names).count == 3 && names.allSatisfy { $0.contains(/-\d+$/) }, "\(names)")
        // Where a machine is so slow that the task is handed out a second time before the loss is noticed, it is one more.
        #expect(3...5 ~= killed)
        try await producer.errors.wait(for: "1 given up as workers died with them")
    }

    @Test func `A worker that is cut off still has what it said it has`() async throws {
        let relay = try await programs.python(
            "-c", Self.relay, folder["t"], folder["cut"], folder["pause"])
        try await relay.output.wait(for: "ready")
        let collector = try collect()
        let cut = try programs.pipeline(
            "work", "--tasks", folder.ipc("cut"), "--results", folder.ipc("r"), "--concurrency", "1", "--exec",
            "echo {} >> \(folder["log"]); sleep 4; echo {}")
        let producer = try produce(try folder.numbers(1), "--retry-after", "2s")
        while !folder.exists("log") { try await Task.sleep(for: .milliseconds(20)) }
        // It lists its tasks four times a second.
        try await Task.sleep(for: .milliseconds(600))
        let other = try work("--exec", "echo {} >> \(folder["log"]); echo {}")
        _ = try folder.write("", to: "pause")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.output.all() == ["1"])
        #expect(try log() == [1])
        withExtendedLifetime((cut, other)) {}
    }

    /// Passes bytes between two Unix sockets, and nothing as long as a file is there.
    private static let relay = """
        import os, socket, sys, threading, time
        target, path, pause = sys.argv[1:4]
        listener = socket.socket(socket.AF_UNIX); listener.bind(path); listener.listen()
        print("ready")
        def copy(source, sink):
            while True:
                data = source.recv(65536)
                if not data: return
                while os.path.exists(pause): time.sleep(0.05)
                sink.sendall(data)
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            for _ in range(200):
                try:
                    server.connect(target)
                    break
                except OSError: time.sleep(0.05)
            threading.Thread(target=copy, args=(client, server), daemon=True).start()
            threading.Thread(target=copy, args=(server, client), daemon=True).start()
        """

    @Test func `However much there is to write, nobody is missed`() async throws {
        let program = try programs.pipeline(
            "run", try folder.numbers(6), "--exec", "head -c 50000000 /dev/zero", "--workers", "2", "--output",
            folder["out"])
        #expect(try await program.ending() == .exited(0))
        let size = try FileManager.default.attributesOfItem(atPath: folder["out"])[.size] as? Int
        #expect(size == 6 * 50_000_001)
        #expect(try await program.errors.all().filter { !$0.contains(" done") } == [])
    }
}
