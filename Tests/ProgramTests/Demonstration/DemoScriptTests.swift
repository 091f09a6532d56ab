import Foundation
import ProcessSupport
import Testing

/// `make demo-pubsub` and `make demo-pipeline`, with the programs that were built with the tests.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DemoScriptTests {
    let programs = Programs()

    private func demo(_ name: String, _ variables: String...) async throws -> [String] {
        let script = PackageFolder.path("Scripts/\(name)")
        let program = try programs.keep(
            RunningProgram(
                "/usr/bin/env", ["DEMO_FROM=\(RunningProgram.productFolder.path())"] + variables + [script]))
        #expect(try await program.ending() == .exited(0), "\(program.errors.soFar)")
        return try await program.output.all()
    }

    @Test func `Subscribers get what they asked for, and who comes late the last values`() async throws {
        let lines = try await demo("demo-pubsub", "DEMO_SECONDS=6")
        for (name, text) in [
            ("only 10001", "10001 "), ("everything", #"{"topic":"1000"#), ("publisher", "pubsub: published "),
            ("forwarder", "pubsub: forwarded "), ("only 10001", "Average value for topic '10001' was "),
        ] {
            #expect(lines.contains { $0.hasPrefix(name) && $0.contains(text) }, "\(name): \(lines)")
        }
        // A number alone, as its form is the payload.
        #expect(lines.contains { $0.wholeMatch(of: /late +-?\d+/) != nil }, "\(lines)")
    }

    @Test func `Every digest is there once, although a worker is killed`() async throws {
        let folder = try TestFolder()
        for number in 1...300 { _ = try folder.write("file \(number)\n", to: "\(number)") }
        let lines = try await demo("demo-pipeline", "DEMO_FOLDER=\(folder.path)", "DEMO_KILL_AFTER=0.1")
        #expect(lines.last == "all 300 are the same, each once, in order", "\(lines)")
        withExtendedLifetime(folder) {}
    }
}
