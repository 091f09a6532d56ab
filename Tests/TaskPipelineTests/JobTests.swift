import Foundation
import TaskPipeline
import Testing

/// The built-in jobs, beside the programs that they stand for.
@Suite struct JobTests {
    private func withFile(_ bytes: [UInt8], _ body: (_ path: String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "job-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path())
    }

    static let contents: [[UInt8]] = [
        [], Array("one".utf8), Array("one two\n three\tfour\u{0B}five\u{0C}six\r\nseven".utf8),
        [UInt8](repeating: UInt8(ascii: "x"), count: 300_000) + Array(" y ".utf8),
        Array(String(repeating: "word and another\n", count: 20_000).utf8),
    ]

    @Test(arguments: contents)
    func `The words of a file are those of wc`(bytes: [UInt8]) throws {
        try withFile(bytes) { path in
            let expected = CommandJob(try ShellScript("LC_ALL=C wc -w < {} | tr -d ' \\n'")).run(Array(path.utf8)[...])
            #expect(WordCountJob().run(Array(path.utf8)[...]).output == expected.output)
        }
    }

    @Test(arguments: contents)
    func `The digest of a file is that of sha256sum`(bytes: [UInt8]) throws {
        try withFile(bytes) { path in
            let command = CommandJob(try ShellScript("sha256sum < {} | cut -c 1-64 | tr -d '\\n'"))
            #expect(SHA256Job().run(Array(path.utf8)[...]).output == command.run(Array(path.utf8)[...]).output)
        }
    }

    @Test func `A file that cannot be read is a failure that names it`() {
        for path in ["/nowhere/at/all", "/", "a\0b"] {
            let outcome = SHA256Job().run(Array(path.utf8)[...])
            #expect(outcome.status == 1)
            #expect(outcome.complaint?.contains(path) == true)
        }
    }

    @Test func `Echo gives back what it gets`() {
        #expect(EchoJob().run([0, 255]).output == [0, 255])
    }
}
