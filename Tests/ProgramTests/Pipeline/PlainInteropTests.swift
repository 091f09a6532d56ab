import Foundation
import ProcessSupport
import Testing

/// The classic chain with peers in Python at either end, and in the middle.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PlainInteropTests {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func python(_ script: String, _ arguments: String...) async throws -> RunningProgram {
        try await programs.keep(RunningProgram.python([PackageFolder.path("Tests/Interop/\(script)")] + arguments))
    }

    @Test func `A ventilator and a sink in Python, and workers of ours`() async throws {
        let ventilator = try await python("ventilator.py", "tcp://127.0.0.1:*", "1000")
        let sink = try await python("sink.py", "tcp://127.0.0.1:*", "1000")
        let tasks = try await ventilator.output.wait(for: "tcp://")
        let results = try await sink.output.wait(for: "tcp://")
        let workers = try ["one", "two"].map { name in
            try programs.pipeline(
                "work", "--plain", "--tasks", tasks, "--results", results, "--exec", "printf '%s by \(name)' {}",
                "--concurrency", "2")
        }
        ventilator.enter("go")
        #expect(try await sink.ending() == .exited(0))
        let lines = try await sink.output.all().dropFirst()
        #expect(lines.count == 1000)
        #expect(Set(lines.map { $0.components(separatedBy: " by ")[0] }) == Set((1...1000).map { "task \($0)" }))
        for worker in workers {
            worker.signal(SIGINT)
            #expect(try await worker.ending() == .exited(0))
        }
    }

    @Test func `A producer and a collector of ours, and workers in Python`() async throws {
        let producer = try programs.pipeline("produce", "--plain", "--tasks", "tcp://127.0.0.1:*")
        let collector = try programs.pipeline(
            "collect", "--plain", "--results", "tcp://127.0.0.1:*", "--format", "json")
        let tasks = String(try await producer.errors.wait(for: "tasks on ").dropFirst(9))
        let results = String(try await collector.errors.wait(for: "results on ").dropFirst(11))
        let workers = [
            try await python("task_worker.py", "one", tasks, results),
            try await python("task_worker.py", "two", tasks, results),
        ]
        for number in 1...200 { producer.enter("task \(number)") }
        producer.endInput()
        #expect(try await producer.ending() == .exited(0))
        try await collector.output.wait(for: "\"number\":200,")
        collector.signal(SIGINT)
        #expect(try await collector.ending() == .exited(130))
        let done = Set(
            try await collector.output.all().map { $0.components(separatedBy: " did ").last ?? "" })
        #expect(done == Set((1...200).map { "task \($0)\"}" }))
        withExtendedLifetime(workers) {}
    }

    @Test func `The whole chain is ours, and its frames are bare`() async throws {
        let sink = try await python("sink.py", "tcp://127.0.0.1:*", "2")
        let results = try await sink.output.wait(for: "tcp://")
        let producer = try programs.pipeline("produce", "--plain", "--tasks", folder.ipc("t"), "--quiet")
        let worker = try programs.pipeline(
            "work", "--plain", "--tasks", folder.ipc("t"), "--results", results, "--job", "echo")
        producer.enter("  as it is ")
        producer.enter("second")
        producer.endInput()
        #expect(try await producer.ending() == .exited(0))
        #expect(try await sink.output.all().dropFirst().sorted() == ["  as it is ", "second"])
        withExtendedLifetime(worker) {}
    }
}
