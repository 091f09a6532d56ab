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
    private static func lines(in folders: [String] = folders, _ pages: [String] = pages) throws -> [Line] {
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

    // MARK: What the binding does in one place

    /// Something that is written in few files of the binding.
    struct Place: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What it is recognized by.
        let words: [String]
        /// The files and folders in which it is, below the folder of the binding.
        let files: [String]

        init(_ description: String, _ words: [String], in files: [String]) {
            testDescription = description
            self.words = words
            self.files = files
        }
    }

    static let places = [
        Place(
            "a task is suspended",
            [
                "withUnsafeContinuation", "withUnsafeThrowingContinuation", "withCheckedContinuation",
                "withCheckedThrowingContinuation",
            ],
            in: ["Async/Suspension.swift"]),
        Place(
            "a cancellation is noticed", ["withTaskCancellationHandler"],
            // The second waits for a task of its own, and suspends nobody.
            in: ["Async/Suspension.swift", "Security/Authenticator.swift"]),
        Place("libzmq sends", ["zmq_send(", "zmq_msg_send("], in: ["CInterop/Libzmq/RawSocket.swift"]),
        Place("libzmq receives", ["zmq_recv(", "zmq_msg_recv("], in: ["CInterop/Libzmq/ReceiveSlot.swift"]),
        Place("libzmq is called", ["zmq_"], in: ["CInterop/"]),
        Place(
            "the compiler is told that something may be shared", ["@unchecked Sendable"],
            in: ["CInterop/", "Message/FrameBuffer.swift"]),
    ]

    @Test(arguments: places)
    func `What the binding does in one place it does nowhere else`(place: Place) throws {
        let binding = "Sources/SwiftZMQ"
        let code = try Self.lines(in: [binding], []).filter { line in
            line.file.hasSuffix(".swift") && !line.text.drop(while: \.isWhitespace).hasPrefix("//")
        }
        let lines = code.filter { line in place.words.contains { line.text.contains($0) } }
        let elsewhere = lines.filter { line in !place.files.contains { line.file.hasPrefix("\(binding)/\($0)") } }
        #expect(elsewhere.map(\.description) == [])
        for file in place.files { #expect(lines.contains { $0.file.hasPrefix("\(binding)/\(file)") }, "\(file)") }
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
