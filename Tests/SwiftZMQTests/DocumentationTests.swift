import Foundation
import ProcessSupport
import Testing

/// Every public symbol is documented and has its place in the catalogue.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DocumentationTests {
    private static let catalogue = "Sources/SwiftZMQ/SwiftZMQ.docc"

    /// The text of each page of the catalogue.
    private static let pages: [(name: String, text: String)] = {
        let folder = URL(filePath: PackageFolder.path(catalogue)).resolvingSymlinksInPath()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().map { name in
            (name, (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? "")
        }
    }()

    /// As much of the compiler's description of a module as is looked at.
    private struct SymbolGraph: Decodable {
        struct Symbol: Decodable {
            struct Comment: Decodable {}
            struct Kind: Decodable {
                let identifier: String
            }

            let pathComponents: [String]
            let docComment: Comment?
            let kind: Kind
        }

        let symbols: [Symbol]
    }

    /// What the module has that is public, its extensions of other modules' types included.
    private static func symbols() async throws -> [SymbolGraph.Symbol] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "symbols-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (ending, said) = try await SwiftCompiler.extractSymbols(of: "SwiftZMQ", into: folder.path())
        try #require(ending == .exited(0), "\(said)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.lastPathComponent.hasSuffix(".symbols.json") }.flatMap { file in
            try JSONDecoder().decode(SymbolGraph.self, from: Data(contentsOf: file)).symbols
        }
    }

    @Test func `Every public symbol has a documentation comment`() async throws {
        let symbols = try await Self.symbols()
        let silent = symbols.filter { $0.docComment == nil }.map { $0.pathComponents.joined(separator: ".") }
        #expect(Set(silent) == [])
        // Were the module read wrongly, the above would hold of nothing.
        #expect(symbols.count > 400)
    }

    @Test func `Every public type has its place under a topic`() async throws {
        let landing = try #require(Self.pages.first { $0.name == "SwiftZMQ.md" }).text
        let topics = landing.components(separatedBy: "## Topics").last ?? ""
        let curated = Set(topics.matches(of: /- ``([^`]+)``/).map { String($0.1) })
        let types = try await Self.symbols().filter { symbol in
            symbol.pathComponents.count == 1 && symbol.kind.identifier != "swift.extension"
        }
        #expect(Set(types.map { $0.pathComponents[0] }).subtracting(curated) == [])
        #expect(types.count > 40)
    }

    @Test func `Every page is reached from the first`() throws {
        let landing = try #require(Self.pages.first { $0.name == "SwiftZMQ.md" }).text
        for page in Self.pages where page.text.hasPrefix("# ") && !page.text.hasPrefix("# ``") {
            #expect(landing.contains("- <doc:\(page.name.dropLast(".md".count))>"))
        }
    }
}
