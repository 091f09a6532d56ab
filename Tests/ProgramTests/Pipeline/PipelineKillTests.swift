import Foundation
import ProcessSupport
import Testing

/// Nothing lost, nothing twice: workers and the collector are killed again and again.
///
/// `PIPELINE_KILL_TASKS` sets how many tasks (100000), `PIPELINE_KILL_RATE` how many a second are fed (6000): their
/// quotient is about how long it takes.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PipelineKillTests {
    let programs = Programs()
    let folder: TestFolder
    let environment = ProcessInfo.processInfo.environment

    init() throws { folder = try TestFolder() }

    private func worker() throws -> RunningProgram {
        try programs.pipeline(
            "work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r"), "--job", "echo", "--concurrency", "1")
    }

    private func collector(_ options: [String]) throws -> RunningProgram {
        try programs.pipeline(
            ["collect", "--results", folder.ipc("r"), "--done", folder.ipc("d"), "--output", folder["out"]] + options)
    }

    private func text(_ number: Int) -> String { "task \(number) \(number &* 2_654_435_761 % 1_000_003)" }

    @Test(arguments: [[], ["--ordered"]])
    func `Killing workers and the collector loses no result and doubles none`(options: [String]) async throws {
        // In order, the same with fewer: what is held back is lost with each collector, and done again.
        let all = environment["PIPELINE_KILL_TASKS"].flatMap { Int($0) } ?? 100_000
        let total = options.isEmpty ? all : all / 3
        let rate = environment["PIPELINE_KILL_RATE"].flatMap { Int($0) } ?? 6000
        let producer = try programs.pipeline(
            "produce", "--tasks", folder.ipc("t"), "--done", folder.ipc("d"), "--retry-after", "1s",
            // Here workers die for other reasons than their tasks, and one may be so unlucky again and again.
            "--max-losses", "1000")
        let feeding = Task {
            for first in stride(from: 1, through: total, by: rate / 10) {
                producer.enter((first..<min(first + rate / 10, total + 1)).map(text).joined(separator: "\n"))
                try await Task.sleep(for: .milliseconds(100))
            }
            producer.endInput()
        }
        var workers = try (0..<3).map { _ in try worker() }
        var collector = try collector(options)
        let hasEnded = Watched(false)
        let ending = Task {
            defer { hasEnded.change { $0 = true } }
            return try await producer.ending()
        }
        var kills = 0
        while !hasEnded.value {
            // A process that stands still for a moment has more in its hands when it dies.
            let victim = Int.random(in: 0...3)
            let process = victim < 3 ? workers[victim] : collector
            process.signal(SIGSTOP)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...300)))
            process.signal(SIGKILL)
            kills += 1
            _ = try await process.ending()
            if victim < 3 { workers[victim] = try worker() } else { collector = try self.collector(options) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 200...1000)))
        }
        try await feeding.value
        let status = try await ending.value
        let errors = try await producer.errors.all()
        #expect(status == .exited(0), "\(errors)")
        // A collector that was started when the producer had ended has nothing to do.
        collector.signal(SIGINT)
        _ = try await collector.ending()
        let lines = try folder.lines(of: "out")
        #expect(lines.count == total)
        #expect((options.isEmpty ? lines.sorted() : lines) == expected(total, isSorted: options.isEmpty))
        print("\(kills) kills; \(errors.last ?? "")")
        #expect(kills > 1)
    }

    private func expected(_ total: Int, isSorted: Bool) -> [String] {
        let lines = (1...total).map(text)
        return isSorted ? lines.sorted() : lines
    }
}
