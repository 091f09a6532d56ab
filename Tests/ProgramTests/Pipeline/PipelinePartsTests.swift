import Foundation
import ProcessSupport
import Testing

/// Producer, workers and collector as processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelinePartsTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `Over TCP, on ports that are free`() async throws {
        let producer = try programs.pipeline(
            "produce", try folder.numbers(3000), "--tasks", "tcp://127.0.0.1:*", "--done", "tcp://127.0.0.1:*")
        let done = try await producer.errors.wait(for: "done on ").split(separator: " ").last.map(String.init) ?? ""
        let tasks = try await producer.errors.wait(for: "tasks on ").split(separator: " ").last.map(String.init) ?? ""
        let collector = try programs.pipeline("collect", "--results", "tcp://127.0.0.1:*", "--done", done)
        let results =
            try await collector.errors.wait(for: "results on ").split(separator: " ").last.map(String.init) ?? ""
        let worker = try programs.pipeline("work", "--tasks", tasks, "--results", results, "--job", "echo")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try await collector.output.all().compactMap { Int($0) }.sorted() == Array(1...3000))
        worker.signal(SIGINT)
        #expect(try await worker.ending() == .exited(0))
    }

    @Test func `Empty input is an empty result for the parts, too`() async throws {
        let collector = try collect("--output", folder["out"])
        let producer = try produce("/dev/null")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try folder.lines(of: "out").isEmpty)
        #expect(!folder.exists("out.journal"))
    }

    @Test func `A line that is too long ends the reading of the parts, plain ones included`() async throws {
        let path = try folder.write("a\n\(String(repeating: "x", count: 2000))\nb\n", to: "in")
        let collector = try collect()
        let worker = try work("--job", "echo")
        let producer = try produce(path, "--max-line", "1KiB")
        #expect(try await producer.ending() == .exited(1))
        #expect(try await collector.ending() == .exited(0))
        #expect(try await collector.output.all() == ["a"])
        let plain = try programs.pipeline("run", path, "--plain", "--job", "echo", "--max-line", "1KiB")
        #expect(try await plain.ending() == .exited(1))
        #expect(try await plain.output.all() == ["a"])
        for program in [producer, plain] {
            try await program.errors.wait(for: "line 2 is longer than 1024 bytes; --max-line allows more")
        }
        withExtendedLifetime(worker) {}
    }

    @Test func `Without a worker, and without a collector, the producer waits and says so`() async throws {
        let producer = try produce(try folder.numbers(10))
        try await producer.errors.wait(for: "no worker asks for tasks at \(tasks)")
        try await producer.errors.wait(for: "no collector reports at \(done)")
        let worker = try work("--job", "echo")
        // Before there is a collector, without whom the run cannot end.
        try await producer.errors.wait(for: "a worker is there")
        let collector = try collect()
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.output.all().compactMap { Int($0) }.sorted() == Array(1...10))
        withExtendedLifetime(worker) {}
    }

    @Test func `A collector without a producer says so`() async throws {
        let collector = try collect()
        try await collector.errors.wait(for: "no producer answers at \(done)")
        collector.signal(SIGINT)
        #expect(try await collector.ending() == .exited(130))
    }

    @Test func `A worker serves run after run, and several pipelines at once`() async throws {
        let other = (tasks: folder.ipc("t2"), results: folder.ipc("r2"), done: folder.ipc("d2"))
        let worker = try work("--tasks", other.tasks, "--results", other.results, "--job", "echo")
        for round in 1...2 {
            let first = (try produce(try folder.numbers(500)), try collect("--output", folder["one"]))
            let second = (
                try programs.pipeline(
                    "produce", try folder.numbers(500), "--tasks", other.tasks, "--done", other.done),
                try programs.pipeline(
                    "collect", "--results", other.results, "--done", other.done, "--output", folder["two"])
            )
            for program in [first.0, first.1, second.0, second.1] {
                #expect(try await program.ending() == .exited(0), "round \(round)")
            }
            for name in ["one", "two"] {
                #expect(try folder.lines(of: name).compactMap { Int($0) }.sorted() == Array(1...500))
                #expect(!folder.exists(name + ".journal"))
                try FileManager.default.removeItem(atPath: folder[name])
            }
        }
        withExtendedLifetime(worker) {}
    }

    @Test func `A slow worker does not hoard`() async throws {
        let collector = try collect("--format", "json")
        let slow = try work("--exec", "touch \(folder["begun"]); sleep 100", "--concurrency", "1")
        let producer = try produce(try folder.numbers(200), "--retry-after", "60s")
        // The slow one has begun a task before the quick one comes.
        while !folder.exists("begun") { try await Task.sleep(for: .milliseconds(10)) }
        let quick = try work("--job", "echo", "--concurrency", "1")
        try await collector.output.wait(for: "\"number\"", count: 199)
        slow.signal(SIGKILL)
        producer.signal(SIGINT)
        // Two signals that come before anybody has looked are one.
        try await producer.errors.wait(for: "a second Ctrl-C")
        producer.signal(SIGINT)
        _ = try await producer.ending()
        withExtendedLifetime(quick) {}
    }

    @Test func `A long task is not run twice as long as its worker lives`() async throws {
        let collector = try collect()
        let workers = try (0..<2).map { _ in
            try work("--exec", "echo {} >> \(folder["log"]); sleep 3; echo {}", "--concurrency", "2")
        }
        let producer = try produce(try folder.numbers(3), "--retry-after", "1s")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try folder.lines(of: "log").sorted() == ["1", "2", "3"])
        withExtendedLifetime(workers) {}
    }

    @Test func `A worker that leaves gives back what it has not begun`() async throws {
        let collector = try collect("--output", folder["out"])
        let leaving = try work("--exec", "sleep 0.3; echo {}", "--concurrency", "2")
        let producer = try produce(try folder.numbers(20), "--retry-after", "60s")
        while try !folder.exists("out.journal") || folder.lines(of: "out").isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        leaving.signal(SIGINT)
        #expect(try await leaving.ending() == .exited(0))
        let next = try work("--job", "echo")
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...20))
        withExtendedLifetime(next) {}
    }

    @Test func `What doubles, delays and alters results changes nothing`() async throws {
        let doubled = folder.ipc("x")
        let collector = try collect("--output", folder["out"], "--ordered")
        let doubler = try await programs.python(
            PackageFolder.path("Tests/Interop/doubler.py"), doubled, results, "\(UInt32.random(in: 0...UInt32.max))")
        try await doubler.output.wait(for: "ready")
        let worker = try programs.pipeline("work", "--tasks", tasks, "--results", doubled, "--job", "echo")
        let producer = try produce(try folder.numbers(20_000))
        #expect(try await producer.ending() == .exited(0))
        #expect(try await collector.ending() == .exited(0))
        #expect(try folder.lines(of: "out") == (1...20_000).map(String.init))
        try await collector.errors.wait(for: "that came twice dropped")
        try await collector.errors.wait(for: "a message that came as results is ignored")
        doubler.endInput()
        withExtendedLifetime(worker) {}
    }

    @Test func `A collector that is killed goes on with its log and its folders by the same command`() async throws {
        let options = [
            "--output", folder["out"], "--joblog", folder["log"], "--results-folder", folder["each"], "--format",
            "json",
        ]
        let killed = try collect(options)
        let worker = try work("--exec", "sleep 0.05; echo {}", "--concurrency", "2")
        let producer = try produce(try folder.numbers(60), "--retry-after", "1s")
        while try !folder.exists("out.journal") || folder.lines(of: "out").count < 10 {
            try await Task.sleep(for: .milliseconds(20))
        }
        killed.signal(SIGKILL)
        _ = try await killed.ending()
        let next = try collect(options)
        #expect(try await producer.ending() == .exited(0))
        #expect(try await next.ending() == .exited(0), "\(next.errors.soFar)")
        #expect(try folder.lines(of: "out").count == 60)
        // What was noted and not yet committed when it was killed is noted twice.
        let noted = try folder.lines(of: "log").dropFirst().compactMap { $0.split(separator: "\t").first }
        #expect(Set(noted).count == 60)
        #expect(try folder.lines(of: "each/60/stdout") == ["60"])
        // Of a run that is over, nothing is gone on with.
        let other = try collect("--output", folder["new"], "--joblog", folder["log"])
        #expect(try await other.ending() == .exited(1))
        #expect(try await other.errors.all().last?.contains("log: it exists") == true)
        withExtendedLifetime(worker) {}
    }

    @Test func `Two collectors on one file, and on one run, do not get along`() async throws {
        let first = try collect("--output", folder["out"])
        try await first.errors.wait(for: "results on")
        let second = try programs.pipeline(
            "collect", "--results", folder.ipc("r2"), "--done", done, "--output", folder["out"])
        #expect(try await second.ending() == .exited(1))
        #expect(try await second.errors.all().contains { $0.contains(folder["out"]) })
    }

    @Test func `A worker with --plain at a producer without is told apart`() async throws {
        let collector = try collect()
        try await collector.errors.wait(for: "results on")
        let producer = try programs.pipeline("produce", "--tasks", folder.ipc("t2"), "--done", done)
        let worker = try await programs.python(
            PackageFolder.path("Tests/Interop/task_worker.py"), "w", tasks, results)
        let plain = try programs.pipeline("produce", "--plain", "--tasks", tasks, "--quiet")
        plain.enter("x")
        try await collector.errors.wait(for: "is its sender started with --plain?")
        withExtendedLifetime((producer, worker)) {}
    }
}
