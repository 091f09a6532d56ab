import Foundation
import ProcessSupport
import Testing

/// What the compiler does not look at, in the sources of the package, its examples and its pages.
@Suite(.timeLimit(.minutes(5))) struct SourceRuleTests {
    /// A line of Swift, and where it stands.
    private struct Line: CustomStringConvertible {
        let file: String
        let number: Int
        let text: Substring

        var description: String { "\(file):\(number):\(text)" }
    }

    private static let folders = ["Benchmarks/Sources", "Documentation", "Examples", "Sources"]
    private static let pages = ["CONTRIBUTING.md", "README.md"]

    /// Every line of Swift; of a page, those of its snippets.
    private static func lines() throws -> [Line] {
        var files = pages
        for folder in folders {
            let names = try #require(FileManager.default.enumerator(atPath: PackageFolder.path(folder)))
            for case let name as String in names where !name.contains(".build/") { files.append("\(folder)/\(name)") }
        }
        return try files.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".md") }.flatMap { file in
            let text = try String(contentsOfFile: PackageFolder.path(file), encoding: .utf8)
            var isSwift = file.hasSuffix(".swift")
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
                place, text -> Line? in
                if file.hasSuffix(".md"), text.hasPrefix("```") {
                    isSwift = text == "```swift"
                    return nil
                }
                return isSwift ? Line(file: file, number: place + 1, text: text) : nil
            }
        }
    }

    // MARK: Positions in what a peer has sent

    /// What implements or stands for the collection itself.
    private static let collections = ["Sources/SwiftZMQ/Message/", "Sources/WorkerProtocol/BodyFrames.swift"]

    /// Whether a line takes a position of a message, which ends the program where the message has none there.
    private static func indexesMessage(_ line: Substring) -> Bool {
        // Most lines have no bracket, and need not be looked at more closely.
        guard line.utf8.contains(UInt8(ascii: "[")) else { return false }
        return line.contains(/\b(message|reply|answer|update)\[|\b(request|body)\[\d/)
            || line.contains(/\.(receive|tryReceive|request)\(.*\)[?!]?\[\d/)
    }

    @Test func `No program, example or page reads a received message by positions`() throws {
        let lines = try Self.lines()
        let found = lines.filter { line in
            !Self.collections.contains { line.file.hasPrefix($0) } && Self.indexesMessage(line.text)
        }
        #expect(found.map(\.description) == [])
        // Were nothing read, the above would hold of nothing.
        #expect(lines.count > 10_000)
    }

    @Test(arguments: [
        ("let topic = message[0]", true), ("print(message[message.count - 1])", true), ("(try update[1]).count", true),
        ("try await pull.receive()[0]", true), ("(try await pull.receive(timeout: .seconds(1)))[1]", true),
        ("try socket.tryReceive()?[0]", true), ("switch request[0] {", true), ("let name = body[1]", true),
        ("let (topic, price) = try message.frames()", false), ("message.frame(at: 1)", false),
        ("request[.contentType]", false), ("messages[0]", false), ("try await push.send([first, second])", false),
    ])
    func `A position is recognized`(line: String, isOne: Bool) {
        #expect(Self.indexesMessage(line[...]) == isOne)
    }

    // MARK: Continuous integration

    @Test func `What a message takes is counted in a step that is never left out`() throws {
        let script = try String(contentsOfFile: PackageFolder.path(".ci/run"), encoding: .utf8)
        let steps = script.split(separator: "\n").filter { $0.hasPrefix("step ") }
        #expect(steps.contains { $0.hasSuffix("Scripts/bench allocations instructions") })
        // Without it, there would be nothing to count with.
        #expect(steps.contains { $0.contains(" Scripts/need ") && $0.contains(" valgrind") })
    }
}
