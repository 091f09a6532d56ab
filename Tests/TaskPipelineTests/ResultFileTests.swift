import Foundation
import Testing

@testable import TaskPipeline

/// A file of results and its journal, after whatever a kill has left.
@Suite struct ResultFileTests {
    /// A folder of its own, for as long as a closure runs.
    private func inFolder(_ body: (_ path: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "results-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "out").path())
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func write(_ text: String, _ numbers: [TaskNumber], to file: ResultFile) async throws {
        var bytes = Array(text.utf8)
        try await file.write(&bytes, done: NumberSet(numbers), failed: NumberSet())
        #expect(bytes.isEmpty)
    }

    @Test func `A file of the same run goes on, one of another is replaced`() async throws {
        try await inFolder { path in
            try "old\n".write(toFile: path, atomically: false, encoding: .utf8)
            let run = RunID.random()
            do {
                let file = try ResultFile(path: path)
                #expect(try file.begin(run).done.isEmpty)
                try await write("one\n", [1], to: file)
            }
            do {
                let file = try ResultFile(path: path)
                #expect(try file.begin(run).done == NumberSet([1]))
                try await write("two\n", [2], to: file)
                #expect(try text(path) == "one\ntwo\n")
            }
            let file = try ResultFile(path: path)
            #expect(try file.begin(.random()).done.isEmpty)
            #expect(try text(path).isEmpty)
            file.end()
            #expect(!FileManager.default.fileExists(atPath: path + ".journal"))
        }
    }

    @Test func `Wherever a kill cuts the writes off, file and journal agree afterwards`() async throws {
        try await inFolder { path in
            let run = RunID.random()
            let steps: [(text: String, numbers: [TaskNumber])] = [("a\n", [1]), ("bb\ncc\n", [3, 2]), ("d\n", [4])]
            // What was written, in order: the file and then the journal, step by step.
            var file: [UInt8] = []
            var journal = JournalText.header(run)
            var states: [(file: [UInt8], journal: [UInt8], done: NumberSet)] = []
            var done = NumberSet()
            for step in steps {
                for length in 0...step.text.utf8.count {
                    states.append((file + step.text.utf8.prefix(length), journal, done))
                }
                file += step.text.utf8
                let line = JournalText.line(
                    fileLength: UInt64(file.count), done: NumberSet(step.numbers), failed: NumberSet())
                for length in 0..<line.count { states.append((file, journal + line.prefix(length), done)) }
                journal += line
                done.formUnion(NumberSet(step.numbers))
                states.append((file, journal, done))
            }
            for state in states {
                try Data(state.file).write(to: URL(filePath: path))
                try Data(state.journal).write(to: URL(filePath: path + ".journal"))
                let reopened = try ResultFile(path: path)
                #expect(try reopened.begin(run).done == state.done)
                // The rest is done again, and all is there once.
                for step in steps where !state.done.contains(step.numbers[0]) {
                    try await write(step.text, step.numbers, to: reopened)
                }
                #expect(try text(path) == "a\nbb\ncc\nd\n")
                #expect(JournalText(try Data(contentsOf: URL(filePath: path + ".journal")).map(\.self)).done.count == 4)
            }
        }
    }

    @Test func `Half a first line of a journal is of no run`() async throws {
        try await inFolder { path in
            let run = RunID.random()
            for length in 0..<JournalText.header(run).count {
                try Data("left over".utf8).write(to: URL(filePath: path))
                try Data(JournalText.header(run).prefix(length)).write(to: URL(filePath: path + ".journal"))
                #expect(try ResultFile(path: path).begin(run).done.isEmpty)
                #expect(try text(path).isEmpty)
            }
        }
    }

    @Test func `Two collectors do not write to one file`() async throws {
        try await inFolder { path in
            let first = try ResultFile(path: path)
            let error = #expect(throws: ResultFile.Failure.self) { try ResultFile(path: path) }
            #expect(error?.description.contains(path) == true)
            withExtendedLifetime(first) {}
        }
    }

    @Test func `A file that somebody has shortened is refused`() async throws {
        try await inFolder { path in
            let run = RunID.random()
            do {
                let file = try ResultFile(path: path)
                _ = try file.begin(run)
                try await write("one\n", [1], to: file)
            }
            try "".write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: ResultFile.Failure.self) { try ResultFile(path: path).begin(run) }
        }
    }

    @Test func `A place that is no file has no journal`() throws {
        let sink = try ResultFile(path: "/dev/null")
        #expect(try sink.begin(.random()).done.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "/dev/null.journal"))
        #expect(throws: ResultFile.Failure.self) { try ResultFile(path: "/nowhere/at/all") }
    }
}
