import Foundation
import ProcessSupport
import Testing

/// What the documentation shows as Swift compiles; the compiler is run on it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SnippetTests {
    struct Snippet: CustomTestStringConvertible, Sendable {
        let document: String
        let number: Int
        let code: String

        var testDescription: String { "\(document), snippet \(number)" }
    }

    private static let catalogue = "Sources/SwiftZMQ/SwiftZMQ.docc"

    private static let documents: [String] = {
        let pages = (try? FileManager.default.contentsOfDirectory(atPath: PackageFolder.path(catalogue))) ?? []
        let services = "Sources/SwiftZMQServices/SwiftZMQServices.docc/SwiftZMQServices.md"
        let gateway = "Sources/Gateway/Gateway.docc/Gateway.md"
        let others = [
            "README.md", "CONTRIBUTING.md", "Documentation/kademlia.md", "Documentation/ranks.md",
            "Documentation/worker-protocol.md",
        ]
        return others + [services, gateway]
            + pages.filter { $0.hasSuffix(".md") }.sorted().map { "\(catalogue)/\($0)" }
    }()

    static let snippets: [Snippet] = documents.flatMap { document in
        let text = (try? String(contentsOfFile: PackageFolder.path(document), encoding: .utf8)) ?? ""
        return text.components(separatedBy: "```swift\n").dropFirst().enumerated().map { index, rest in
            Snippet(document: document, number: index + 1, code: rest.components(separatedBy: "\n```")[0])
        }
    }

    @Test func `The README shows at least the binding, a sequence and a worker`() {
        #expect(Self.snippets.count { $0.document == "README.md" } >= 3)
    }

    @Test func `The catalogue shows every pattern, security, connections, proxies and pollers`() {
        let code = Self.snippets.filter { $0.document.hasPrefix(Self.catalogue) }.map(\.code).joined()
        for name in [
            "Request", "Reply", "Publisher", "Subscriber", "Push", "Pull", "Router", "Dealer", "Pair", "XPublisher",
            "XSubscriber", "Stream", ".curveServer", ".curveClient", ".events", "Authenticator", "Proxy", "Poller",
        ] {
            #expect(code.contains(name), "\(name)")
        }
    }

    @Test func `The page for workers shows a closure and a router as workers`() {
        let code = Self.snippets.filter { $0.document == "Documentation/worker-protocol.md" }.map(\.code).joined()
        for name in ["WorkerResponse", ".stream", "RequestContext", "responder:"] {
            #expect(code.contains(name), "\(name)")
        }
    }

    @Test(arguments: snippets)
    func `A snippet compiles`(snippet: Snippet) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "snippet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appending(path: "main.swift")
        try snippet.code.write(to: source, atomically: true, encoding: .utf8)
        let (ending, said) = try await SwiftCompiler.typecheck(source.path())
        #expect(ending == .exited(0), "\(said)")
    }

    /// Reads from a pipe by what the page of pollers shows, and prints what each read gave.
    private static let reading = """

        func readByTurns() {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { exit(1) }
            func write(_ text: String) { _ = Glibc.write(ends[1], text, text.utf8.count) }
            var lines = Lines(from: ends[0])
            write("one\\ntw")
            print(lines.read() ?? ["the end"])
            // A signal whose handler returns into the read, which waits.
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in }
            sigaction(SIGALRM, &action, nil)
            alarm(1)
            print(lines.read() ?? ["the end"])
            write("o\\nthree")
            print(lines.read() ?? ["the end"])
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
            print(lines.read() ?? ["the end"])
            close(ends[1])
            print(lines.read() ?? ["the end"])
            print(lines.read() ?? ["the end"])
        }
        readByTurns()
        """

    @Test func `The lines of a descriptor are read to the last, whatever interrupts`() async throws {
        let snippet = try #require(Self.snippets.first { $0.code.contains("struct Lines {") })
        let folder = FileManager.default.temporaryDirectory.appending(path: "lines-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appending(path: "main.swift")
        try (snippet.code + Self.reading).write(to: source, atomically: true, encoding: .utf8)
        let program = folder.appending(path: "lines").path()
        let (built, complaints) = try await SwiftCompiler.build(source.path(), into: program)
        try #require(built == .exited(0), "\(complaints)")
        let running = try RunningProgram(program, [])
        #expect(try await running.ending() == .exited(0))
        let said = try await running.output.all()
        #expect(said == [#"["one"]"#, "[]", #"["two"]"#, "[]", #"["three"]"#, #"["the end"]"#])
    }
}
