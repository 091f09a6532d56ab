import Foundation
import ProcessSupport
import Testing

/// Runs that are killed at random moments and gone on with: every task's result is there once.
///
/// `PIPELINE_RESUME_KILLS` sets how often (20), `PIPELINE_RESUME_SEED` the seed (a random one, printed).
@Suite(.serialized, .timeLimit(.minutes(60))) struct PipelineResumeTests {
    let programs = Programs()
    let folder: TestFolder
    let kills: Int
    let seed: UInt64

    init() throws {
        folder = try TestFolder()
        let environment = ProcessInfo.processInfo.environment
        kills = environment["PIPELINE_RESUME_KILLS"].flatMap { Int($0) } ?? 20
        seed = environment["PIPELINE_RESUME_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
    }

    @Test(arguments: ["text", "json"])
    func `Wherever a run is killed, it goes on with nothing lost and nothing twice`(format: String) async throws {
        print("pipeline resume: \(kills) kills, seed \(seed)")
        var random = SplitMix(seed: seed)
        let total = 200 * kills + 20_000
        let arguments = [
            "run", try folder.numbers(total), "--job", "echo", "--output", folder["out"], "--resume", "--format",
            format,
            "--workers", "2", "--quiet",
        ]
        var ended = 0
        for _ in 0..<kills {
            // Not one of many: each program has threads of the test, which are to end with it.
            let program = try RunningProgram.product("pipeline", arguments + ["--delay", "1ms"])
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &random)))
            program.signal(SIGKILL)
            if try await program.ending() != .signalled(SIGKILL) { ended += 1 }
        }
        #expect(ended == 0)
        let last = try programs.pipeline(arguments)
        let (ending, errors) = (try await last.ending(), try await last.errors.all())
        #expect(ending == .exited(0), "\(errors)")
        try expectEveryResultOnce(of: total, as: format)
    }

    @Test(arguments: ["text", "json"])
    func `Whichever part is killed, and all of them, the run goes on with nothing lost and nothing twice`(
        format: String
    ) async throws {
        print("pipeline resume, all parts: \(kills) kills, seed \(seed)")
        var random = SplitMix(seed: seed)
        let total = 400 * kills + 20_000
        let produce = [
            "produce", try folder.numbers(total), "--tasks", folder.ipc("t"), "--done", folder.ipc("d"), "--resume",
            "--retry-after", "1s",
            // Here workers die for other reasons than their tasks, and one may be so unlucky again and again.
            "--max-losses", "100000",
        ]
        let collect = [
            "collect", "--results", folder.ipc("r"), "--done", folder.ipc("d"), "--output", folder["out"], "--resume",
            "--format", format,
        ]
        let work = ["work", "--tasks", folder.ipc("t"), "--results", folder.ipc("r"), "--job", "echo"]
        let isSlow = Watched(true)
        let producer = SupervisedProgram {
            try RunningProgram.product("pipeline", produce + (isSlow.value ? ["--delay", "1ms"] : []))
        }
        let parts = [
            producer, SupervisedProgram { try RunningProgram.product("pipeline", collect) },
            SupervisedProgram { try RunningProgram.product("pipeline", work) },
        ]
        for kill in 0..<kills {
            // Now and then long enough for much to be under way.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...(kill % 4 == 0 ? 1500 : 300), using: &random)))
            // One, now and then two, and all at once as when the power fails.
            let victims = parts.shuffled(using: &random).prefix([1, 1, 1, 2, 3][kill % 5])
            for victim in victims { try await victim.signal(SIGKILL) }
        }
        isSlow.change { $0 = false }
        try await producer.signal(SIGKILL)
        for part in parts.prefix(2) { try await part.ending() }
        try await parts[2].signal(SIGTERM)
        try await parts[2].ending()
        print("started \(parts.map(\.starts)) times; \(producer.errors.last ?? "")")
        #expect(parts.map(\.starts).reduce(0, +) > kills)
        try expectEveryResultOnce(of: total, as: format)
    }

    private func expectEveryResultOnce(of total: Int, as format: String) throws {
        let numbers = try folder.lines(of: "out").compactMap { line in
            Int(
                format == "text"
                    ? line : line.components(separatedBy: "\"output\":\"").last?.replacing("\"}", with: "") ?? "")
        }
        #expect(numbers.count == total)
        #expect(numbers.sorted() == Array(1...total))
        #expect(!folder.exists("out.journal"))
    }
}
