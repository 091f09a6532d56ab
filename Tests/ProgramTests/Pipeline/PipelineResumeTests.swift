import Foundation
import ProcessSupport
import Testing

/// A run that is killed at random moments and gone on with: every task's result is there once.
///
/// `PIPELINE_RESUME_KILLS` sets how often (20), `PIPELINE_RESUME_SEED` the seed (a random one, printed).
@Suite(.serialized, .timeLimit(.minutes(20))) struct PipelineResumeTests {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: ["text", "json"])
    func `Wherever a run is killed, it goes on with nothing lost and nothing twice`(format: String) async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["PIPELINE_RESUME_KILLS"].flatMap { Int($0) } ?? 20
        let seed = environment["PIPELINE_RESUME_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        print("pipeline resume: \(kills) kills, seed \(seed)")
        var random = SplitMix(seed: seed)
        let total = 200 * kills + 20_000
        let input = try folder.numbers(total)
        func start() throws -> RunningProgram {
            try programs.pipeline(
                "run", input, "--job", "echo", "--output", folder["out"], "--resume", "--format", format, "--workers",
                "2",
                "--delay", "1ms", "--quiet")
        }
        var ended = 0
        for _ in 0..<kills {
            let program = try start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &random)))
            program.signal(SIGKILL)
            if try await program.ending() != .signalled(SIGKILL) { ended += 1 }
        }
        #expect(ended == 0)
        let last = try programs.pipeline(
            "run", input, "--job", "echo", "--output", folder["out"], "--resume", "--format", format, "--workers", "2")
        let (ending, errors) = (try await last.ending(), try await last.errors.all())
        #expect(ending == .exited(0), "\(errors)")
        let numbers = try folder.lines(of: "out").compactMap { line in
            Int(
                format == "text"
                    ? line : line.components(separatedBy: "\"output\":\"").last?.replacing("\"}", with: "") ?? "")
        }
        #expect(numbers.sorted() == Array(1...total))
        #expect(!folder.exists("out.journal"))
    }
}
