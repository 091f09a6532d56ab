import CommandLineSupport
import Glibc
import TaskPipeline

/// Standard output as the place where results go. What has been written there stays, and nobody can look it up.
final class StandardOutputSink: ResultSink {
    var files: OccupiedFiles {
        var files = OccupiedFiles()
        files.add(FileIdentity(descriptor: STDOUT_FILENO), use: "it is standard output, where the results go")
        return files
    }

    func begin(_ run: RunID) -> RecoveredResults { RecoveredResults() }

    nonisolated(nonsending) func write(_ bytes: inout [UInt8], _ results: WrittenResults) async throws {
        var output = OutputBuffer(capacity: 0)
        output.withBytes { swap(&$0, &bytes) }
        try await output.flush()
        output.withBytes { swap(&$0, &bytes) }
    }

    func end(isComplete: Bool) {}
}
