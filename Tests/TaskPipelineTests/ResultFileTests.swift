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

    /// A file that goes on with the run that is in it.
    private func open(_ path: String, _ configure: (inout ResultFile.Mode) -> Void = { $0.rejoins = true }) throws
        -> ResultFile
    {
        var mode = ResultFile.Mode()
        configure(&mode)
        return try ResultFile(path: path, mode: mode)
    }

    private func results(_ numbers: [TaskNumber], failed: [TaskNumber] = []) -> WrittenResults {
        var results = WrittenResults()
        for number in numbers {
            results.add(
                TaskResult(
                    number: number, worker: "", status: failed.contains(number) ? 1 : 0, nanoseconds: 0,
                    text: Array("task \(number)".utf8)[...], output: []))
        }
        return results
    }

    private func write(_ text: String, _ numbers: [TaskNumber], failed: [TaskNumber] = [], to file: ResultFile)
        async throws
    {
        var bytes = Array(text.utf8)
        try await file.write(&bytes, results(numbers, failed: failed))
        #expect(bytes.isEmpty)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func `A file of the same run goes on, one of another is refused and not touched`() async throws {
        try await inFolder { path in
            let run = RunID.random()
            do {
                let file = try open(path)
                #expect(try file.begin(run).done.isEmpty)
                try await write("one\n", [1], to: file)
            }
            do {
                let file = try open(path)
                #expect(try file.begin(run).done == NumberSet([1]))
                try await write("two\n", [2], to: file)
                #expect(try text(path) == "one\ntwo\n")
            }
            do {
                let error = #expect(throws: ResultFile.Failure.self) { try open(path).begin(.random()) }
                #expect(error?.description.contains("--resume") == true)
                #expect(throws: ResultFile.Failure.self) { try ResultFile(path: path) }
                #expect(try text(path) == "one\ntwo\n")
            }
            let file = try open(path)
            #expect(try file.begin(run).done.count == 2)
            file.end(isComplete: true)
            #expect(!exists(path + ".journal"))
            // It is complete now, and would be replaced.
            #expect(throws: ResultFile.Failure.self) { try ResultFile(path: path) }
            let error = #expect(throws: ResultFile.Failure.self) { try open(path) { $0.resumes = true } }
            #expect(error?.description.contains("no journal") == true)
        }
    }

    @Test func `Another's file, and another's journal, are refused and not touched`() async throws {
        try await inFolder { path in
            try "mine\n".write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: ResultFile.Failure.self) { try ResultFile(path: path) }
            #expect(throws: ResultFile.Failure.self) { try open(path) { $0.hasJournal = false } }
            #expect(!exists(path + ".journal"))
            try FileManager.default.removeItem(atPath: path)
            for journal in [
                "dear journal\n", "pipeline journal is my diary\n", "pipeline journal 3 is my diary",
                "pipeline journal 1 5f0ce2\n", "pipe\n", "pipeline journal 2 \(RunID.random()) text boot\n",
            ] {
                try journal.write(toFile: path + ".journal", atomically: false, encoding: .utf8)
                for resumes in [false, true] {
                    let error = #expect(throws: ResultFile.Failure.self) { try open(path) { $0.resumes = resumes } }
                    #expect(error?.description.contains(path + ".journal") == true)
                }
                #expect(try text(path + ".journal") == journal)
                #expect(!exists(path))
            }
        }
    }

    @Test func `What is read is not written to, whatever name it goes by`() async throws {
        try await inFolder { path in
            try "1\n".write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(atPath: path + ".link", withDestinationPath: path)
            let input = try FileHandle(forReadingFrom: URL(filePath: path))
            for name in [path, path + ".link"] {
                let error = #expect(throws: ResultFile.Failure.self) {
                    try open(name) { $0.input = FileIdentity(descriptor: input.fileDescriptor) }
                }
                #expect(error?.description.contains("it is the input") == true)
            }
            #expect(try text(path) == "1\n")
        }
    }

    /// An input of so many tasks.
    private func part(_ count: Int) -> InputPart {
        var part = InputPart()
        for number in 0..<count { Array("task \(number + 1)".utf8).withUnsafeBytes { part.add($0) } }
        return part
    }

    @Test func `A run that was ended goes on with another name, and in the same form`() async throws {
        try await inFolder { path in
            let input = InputRecord(read: part(2), whole: part(3))
            do {
                let file = try open(path)
                _ = try file.begin(.random())
                file.note(InputRecord(read: part(2), whole: part(3)))
                // What comes late, and what is known already, changes nothing.
                file.note(InputRecord(read: part(1)))
                file.note(InputRecord(read: part(2), whole: part(3)))
                try await write("one\ntwo\n", [1, 2], failed: [2], to: file)
                let lines = try text(path + ".journal").split(separator: "\n")
                let notes = lines.filter { $0.hasPrefix("read") || $0.hasPrefix("total") }
                #expect(notes.count == 2 && notes[0].hasPrefix("read 2 ") && notes[1].hasPrefix("total 3 "))
                file.end(isComplete: false)
            }
            // Neither by a run that goes on with it, nor by a collector that was killed and is started again.
            for resumes in [true, false] {
                let error = #expect(throws: ResultFile.Failure.self) {
                    try open(path) { ($0.resumes, $0.rejoins, $0.form) = (resumes, !resumes, "json") }
                }
                #expect(error?.description.contains("it was begun as text") == true)
            }
            do {
                let file = try open(path) { $0.resumes = true }
                let recovered = try file.begin(.random())
                #expect(
                    recovered
                        == RecoveredResults(
                            done: NumberSet([1, 2]), failed: NumberSet([2]), digest: results([1, 2]).digest,
                            input: input))
            }
            let file = try open(path) { ($0.resumes, $0.retriesFailed) = (true, true) }
            let recovered = try file.begin(.random())
            #expect(recovered == RecoveredResults(done: NumberSet([1]), digest: results([1]).digest, input: input))
            try await write("two\nthree\n", [2, 3], to: file)
            let again = JournalText(try Data(contentsOf: URL(filePath: path + ".journal")).map(\.self))
            #expect(again.state.done == NumberSet([1, 2, 3]))
            #expect(again.state.failed.isEmpty)
            #expect(again.state.digest == results([1, 2, 3]).digest)
            file.end(isComplete: true)
            #expect(!exists(path + ".journal"))
        }
    }

    @Test(arguments: ["pipeline journal 2 ", "pipeline journal 33 "])
    func `The journal of another version is called that, and nothing is touched`(title: String) async throws {
        try await inFolder { path in
            let journal = title + "\(RunID.random()) text boot\n"
            try "one\n".write(toFile: path, atomically: false, encoding: .utf8)
            try journal.write(toFile: path + ".journal", atomically: false, encoding: .utf8)
            let failure = #expect(throws: ResultFile.Failure.self) { try open(path) { $0.resumes = true } }
            #expect(failure?.description.contains("another version") == true)
            #expect(try text(path) == "one\n")
            #expect(try text(path + ".journal") == journal)
        }
    }

    @Test func `After another start of the system only what was on the disk is believed`() async throws {
        try await inFolder { path in
            let run = RunID.random()
            try "one\ntwo\nthr".write(toFile: path, atomically: false, encoding: .utf8)
            let journal =
                JournalText.header(run, form: "text", boot: "another") + JournalText.read(part(2))
                + JournalText.line(fileLength: 4, results([1])) + JournalText.sync + JournalText.total(part(3))
                + JournalText.line(fileLength: 8, results([2]))
            try Data(journal).write(to: URL(filePath: path + ".journal"))
            let file = try open(path) { $0.resumes = true }
            let recovered = try file.begin(.random())
            #expect(recovered.done == NumberSet([1]) && recovered.input == InputRecord(read: part(2)))
            #expect(try text(path) == "one\n")
        }
    }

    @Test func `Wherever a kill cuts the writes off, file and journal agree afterwards`() async throws {
        try await inFolder { path in
            let run = RunID.random()
            let steps: [(text: String, numbers: [TaskNumber])] = [("a\n", [1]), ("bb\ncc\n", [3, 2]), ("d\n", [4])]
            let boot = try bootOf(path, run)
            // What was written, in order: the file and then the journal, step by step.
            var file: [UInt8] = []
            var journal = JournalText.header(run, form: "text", boot: boot)
            var states: [(file: [UInt8], journal: [UInt8], done: NumberSet)] = []
            var done = NumberSet()
            for step in steps {
                for length in 0...step.text.utf8.count {
                    states.append((file + step.text.utf8.prefix(length), journal, done))
                }
                file += step.text.utf8
                let line = JournalText.line(fileLength: UInt64(file.count), results(step.numbers))
                for length in 0..<line.count { states.append((file, journal + line.prefix(length), done)) }
                journal += line
                done.formUnion(NumberSet(step.numbers))
                states.append((file, journal, done))
            }
            for (index, state) in states.enumerated() {
                try Data(state.file).write(to: URL(filePath: path))
                try Data(state.journal).write(to: URL(filePath: path + ".journal"))
                let reopened = try open(path) { mode in
                    mode.rejoins = index.isMultiple(of: 2)
                    mode.resumes = !mode.rejoins
                }
                #expect(try reopened.begin(index.isMultiple(of: 2) ? run : .random()).done == state.done)
                // The rest is done again, and all is there once.
                for step in steps where !state.done.contains(step.numbers[0]) {
                    try await write(step.text, step.numbers, to: reopened)
                }
                #expect(try text(path) == "a\nbb\ncc\nd\n")
                let read = JournalText(try Data(contentsOf: URL(filePath: path + ".journal")).map(\.self))
                #expect(read.state.done.count == 4)
            }
        }
    }

    /// What the journal calls this start of the system.
    private func bootOf(_ path: String, _ run: RunID) throws -> String {
        let file = try open(path)
        _ = try file.begin(run)
        return JournalText(try Data(contentsOf: URL(filePath: path + ".journal")).map(\.self)).boot
    }

    @Test func `Half a first line of a journal is of no run`() async throws {
        try await inFolder { path in
            let header = JournalText.header(.random(), form: "text", boot: "b")
            for length in 0..<header.count {
                try Data().write(to: URL(filePath: path))
                try Data(header.prefix(length)).write(to: URL(filePath: path + ".journal"))
                #expect(try ResultFile(path: path).begin(.random()).done.isEmpty)
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
                let file = try open(path)
                _ = try file.begin(run)
                try await write("one\n", [1], to: file)
            }
            try "o".write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: ResultFile.Failure.self) { try open(path).begin(run) }
        }
    }

    @Test func `A place that is no file has no journal`() throws {
        let sink = try ResultFile(path: "/dev/null")
        #expect(try sink.begin(.random()).done.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "/dev/null.journal"))
        #expect(throws: ResultFile.Failure.self) { try ResultFile(path: "/nowhere/at/all") }
        #expect(throws: ResultFile.Failure.self) { try open("/dev/null") { $0.resumes = true } }
    }
}
