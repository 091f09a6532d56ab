import Foundation
import ProcessSupport
import Testing

/// `Tests/ACCEPTANCE.md` names only tests that exist.
@Suite struct AcceptanceTableTests {
    /// A suite and one of its tests, as the table writes them.
    struct Citation: Hashable {
        let suite: String
        let test: String
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: PackageFolder.path(path), encoding: .utf8)
    }

    /// The rows of the table: what is checked elsewhere, and what is said of it here.
    private static func rows() throws -> [(cases: Substring, here: Substring)] {
        try text("Tests/ACCEPTANCE.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: " | ", maxSplits: 1)
            guard line.hasPrefix("| "), line.hasSuffix(" |"), cells.count == 2, cells[0] != "| case" else { return nil }
            return (cells[0].dropFirst(2), cells[1].dropLast(2))
        }
    }

    private static func citations(_ text: Substring) -> [Citation] {
        text.matches(of: /`(\w+Tests)`: (.+?)(?=<br>|$)/).map { Citation(suite: "\($0.1)", test: "\($0.2)") }
    }

    /// Every test of the binding and of message passing that has a sentence for a name, with the suite that it is in.
    private static func tests() throws -> Set<Citation> {
        try tests(of: "Tests/SwiftZMQTests").union(tests(of: "Tests/MessagePassingTests"))
    }

    private static func tests(of path: String) throws -> Set<Citation> {
        let folder = URL(filePath: PackageFolder.path(path)).resolvingSymlinksInPath()
        var found: Set<Citation> = []
        let files = try #require(FileManager.default.enumerator(atPath: folder.path()))
        for case let file as String in files where file.hasSuffix("Tests.swift") {
            var suite = ""
            for line in try text(path + "/" + file).split(separator: "\n") {
                if let match = line.firstMatch(of: /@Suite.*struct (\w+)/) { suite = String(match.1) }
                if let match = line.firstMatch(of: /func `([^`]+)`/) {
                    found.insert(Citation(suite: suite, test: String(match.1)))
                }
            }
        }
        return found
    }

    @Test func `Every test that the table names exists`() throws {
        let tests = try Self.tests()
        let cited = try Self.rows().flatMap { Self.citations($0.here) }
        #expect(Set(cited).subtracting(tests) == [])
        // Were either read wrongly, the above would hold of nothing.
        #expect(cited.count > 200 && tests.count > 200)
    }

    @Test func `Every row names a test, or says why there is none`() throws {
        let rows = try Self.rows().filter { $0.cases.contains(/[a-z]/) && !$0.here.contains(/^\d/) }
        for row in rows where Self.citations(row.here).isEmpty {
            #expect(row.here.hasPrefix("not applicable: ") || row.here == "not yet", "\(row.cases)")
        }
        #expect(rows.count > 200)
    }
}
