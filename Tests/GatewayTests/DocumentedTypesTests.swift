import Foundation
import ProcessSupport
import Testing

/// The page for those who embed the library names what they can use.
@Suite struct DocumentedTypesTests {
    @Test func `The page has a place for every public type, and for no other`() throws {
        let folder = PackageFolder.path("Sources/Gateway")
        let files = try #require(FileManager.default.enumerator(atPath: folder))
        var types: Set<Substring> = []
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            // A type within another stands on that one's page.
            for declaration in text.matches(of: /(?m)^public (?:final )?(?:struct|class|enum|protocol) (\w+)/) {
                types.insert(declaration.1)
            }
        }
        let page = try String(contentsOfFile: "\(folder)/Gateway.docc/Gateway.md", encoding: .utf8)
        let topics = page[try #require(page.range(of: "## Topics")).upperBound...]
        let named = topics.matches(of: /(?m)^- ``(?:Gateway\/)?(\w+)``$/).map(\.1)
        #expect(Set(named) == types)
        #expect(Set(named).count == named.count)
    }
}
