import Foundation
import ProcessSupport
import Testing

/// Packages that depend on this one as the documentation says, where nothing can be fetched.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ConsumerTests {
    private static let documents = ["README.md", "Sources/SwiftZMQ/SwiftZMQ.docc/GettingStarted.md"]

    private static let program = """
        import SwiftZMQ

        let context = try Context()
        let reply = try Reply(context)
        let request = try Request(context)
        try request.connect(reply.bind("tcp://127.0.0.1:*"))
        try await request.send("Ada")
        try await reply.send(reply.receive())
        print(try await request.receive() == ["Ada"])
        await context.shutdown()
        """

    private static let ranksProgram = """
        import DistributedHashTable
        import MessagePassing

        let world = try await Communicator.world()
        try await world.send([1.5, 2], to: 0, tag: 7)
        let numbers: [Double] = try await world.receive(from: 0, tag: 7)
        print(try await world.allReduce(numbers, .sum) == [1.5, 2])
        try await world.finish()
        let id = NodeID(hashing: "key".utf8)
        print(id.distance(to: id) == .zero)
        """

    /// The lines for a manifest that a document shows.
    private static func lines(of document: String) throws -> String {
        let text = try String(contentsOfFile: PackageFolder.path(document), encoding: .utf8)
        let blocks = text.components(separatedBy: "```").filter { $0.contains("dependencies: [.package(") }
        let block = try #require(blocks.first, "\(document) does not show how to depend on the package")
        return block.trimmingCharacters(in: .newlines)
    }

    /// A package, and a folder for what is made of it.
    private struct Consumer: ~Copyable {
        let folder: URL
        private let package: String
        /// What can be fetched.
        private let packages: StandInPackages?

        /// A package of the repository's.
        init(_ package: String) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "consumer-\(UUID().uuidString)")
            self.package = PackageFolder.path(package)
            packages = nil
        }

        /// A package with a program of its own, in that folder.
        init(lines: String, program: String = ConsumerTests.program, packages: StandInPackages? = nil) throws {
            self.packages = packages
            folder = FileManager.default.temporaryDirectory.appending(path: "consumer-\(UUID().uuidString)")
            package = folder.path()
            let sources = folder.appending(path: "Sources/App")
            try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
            try program.write(to: sources.appending(path: "main.swift"), atomically: true, encoding: .utf8)
            let manifest = """
                // swift-tools-version: 6.2
                import PackageDescription

                let package = Package(
                    name: "App",
                    \(lines.replacing("../SwiftZMQ", with: PackageFolder.path("."))))
                """
            try manifest.write(to: folder.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }

        /// Runs the package manager with caches that are empty, and a git that reaches nothing else.
        func swift(_ command: String...) async throws -> (ending: RunningProgram.Ending, said: String) {
            let git =
                packages?.environment
                ?? ["GIT_ALLOW_PROTOCOL=none", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"]
            let manager = try RunningProgram(
                "/usr/bin/env",
                git + ["swift"] + command
                    + ["--package-path", package, "--scratch-path", folder.appending(path: "build").path()]
                    + ["cache", "config", "security"].flatMap { ["--\($0)-path", folder.appending(path: $0).path()] })
            async let output = manager.output.all()
            async let errors = manager.errors.all()
            let ending = try await manager.ending()
            return (ending, try await (output + errors).joined(separator: "\n"))
        }

        /// The names in a folder of the package's, none if there is no such folder.
        func names(in path: String) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path())) ?? []
        }

        /// The modules that it has built.
        var modules: Set<String> {
            let suffix = ".swiftmodule"
            let files = names(in: "build/debug/Modules").filter { $0.hasSuffix(suffix) }
            return Set(files.map { String($0.dropLast(suffix.count)) })
        }
    }

    @Test func `With no traits the binding needs nothing but itself`() async throws {
        let consumer = try Consumer(lines: Self.lines(of: Self.documents[0]))
        let (built, said) = try await consumer.swift("build")
        try #require(built == .exited(0), "\(said)")
        let fetched = ["build/checkouts", "build/repositories", "cache/repositories"].flatMap { consumer.names(in: $0) }
        #expect(fetched == [])
        // Nothing of the gateway, of message passing or of the hash table among them.
        #expect(consumer.modules == ["App", "SwiftZMQ"])

        let program = consumer.folder.appending(path: "build/debug/App").path()
        let app = try RunningProgram(program, [])
        #expect(try await app.ending() == .exited(0))
        #expect(try await app.output.all() == ["true"])

        // Foundation would come with the toolchain and without a word.
        let loader = try RunningProgram("/usr/bin/env", ["ldd", program])
        let libraries = try await loader.output.all()
        #expect(try await loader.ending() == .exited(0))
        #expect(libraries.contains { $0.contains("libzmq") })
        #expect(libraries.filter { $0.contains("Foundation") } == [])
    }

    @Test func `With the trait of the programs neither Hummingbird nor the gateway is needed`()
        async throws
    {
        func product(_ name: String) -> String { #".product(name: "\#(name)", package: "SwiftZMQ")"# }
        let shown = try Self.lines(of: Self.documents[0])
        try #require(shown.contains(product("SwiftZMQ")) && shown.contains("traits: []"))
        let products = product("MessagePassing") + ", " + product("DistributedHashTable")
        let lines = shown.replacing("traits: []", with: #"traits: ["Programs"]"#)
            .replacing(product("SwiftZMQ"), with: products)
        let consumer = try await Consumer(
            lines: lines, program: Self.ranksProgram, packages: StandInPackages())
        let (built, said) = try await consumer.swift("build")
        try #require(built == .exited(0), "\(said)")
        // Nothing else could be fetched, and nothing else was asked for.
        #expect(Set(consumer.names(in: "build/checkouts")) == StandInPackages.names)
        #expect(
            consumer.modules
                == ["App", "MessagePassing", "DistributedHashTable", "SwiftZMQ", "SystemSupport", "Crypto"])

        let app = try RunningProgram(consumer.folder.appending(path: "build/debug/App").path(), [])
        #expect(try await app.output.all() == ["true", "true"])
        #expect(try await app.ending() == .exited(0))
    }

    @Test func `What a trait needs cannot be had where nothing can be fetched`() async throws {
        let lines = try Self.lines(of: Self.documents[0])
        let consumer = try Consumer(lines: lines.replacing("traits: []", with: #"traits: ["GatewayWorker"]"#))
        let (ending, said) = try await consumer.swift("package", "resolve")
        #expect(ending == .exited(1))
        #expect(said.contains("swift-log") && said.contains("not allowed"), "\(said)")
    }

    /// No two targets have the same name, which would be an error wherever they meet.
    @Test func `The package of examples can be built with the binding and nothing else`() async throws {
        let (ending, said) = try await Consumer("Examples/swift").swift("package", "show-dependencies")
        #expect(ending == .exited(0), "\(said)")
        #expect(!said.contains("https:"), "\(said)")
    }

    @Test func `Every document shows the same lines`() throws {
        for document in Self.documents {
            #expect(try Self.lines(of: document) == Self.lines(of: Self.documents[0]), "\(document)")
        }
    }

    /// Of the README, below what it opens with: the binding is its first section.
    @Test func `The first thing that a document shows of the binding is how to depend on it`() throws {
        for document in Self.documents {
            let text = try String(contentsOfFile: PackageFolder.path(document), encoding: .utf8)
            let section = try #require(text.components(separatedBy: "\n## ").dropFirst().first, "\(document)")
            let blocks = section.components(separatedBy: "```")
            try #require(blocks.count > 1, "\(document) begins with no lines to copy")
            #expect(try blocks[1].trimmingCharacters(in: .newlines) == Self.lines(of: document), "\(document)")
            // In one paragraph after the heading, so that nobody has to look for it.
            #expect(blocks[0].split(separator: "\n", omittingEmptySubsequences: false).count < 8, "\(document)")
        }
    }
}
