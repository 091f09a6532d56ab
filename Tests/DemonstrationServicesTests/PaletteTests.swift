import Foundation
import ProcessSupport
import Testing

/// The colours of the pages, which stand in two style sheets.
@Suite struct PaletteTests {
    /// The colours of a style sheet by their names, in the light and in the dark.
    private func palettes(_ path: String) throws -> [[String: String]] {
        let text = try String(contentsOfFile: PackageFolder.path(path), encoding: .utf8)
        let dark = try #require(text.firstRange(of: "@media (prefers-color-scheme: dark)"))
        return [text[..<dark.lowerBound], text[dark.upperBound...]].map { part in
            let colours = part.matches(of: /--([a-z0-9-]+): (#[0-9a-f]{6});/)
            return Dictionary(uniqueKeysWithValues: colours.map { (String($0.1), String($0.2)) })
        }
    }

    @Test func `The dashboard and the demonstration have the same colours`() throws {
        let pages = try palettes("Sources/DemonstrationServices/Resources/style.css")
        let dashboard = try palettes("Sources/Gateway/Resources/dashboard.css")
        for (page, board) in zip(pages, dashboard) {
            let shared = Set(page.keys).intersection(board.keys)
            #expect(shared.count == 9)
            for name in shared { #expect(page[name] == board[name], "--\(name)") }
            // The lines of the charts, of which the dashboard has one more.
            let places = page.filter { $0.key.hasPrefix("place-") }.values
            #expect(places.count == 4)
            #expect(Set(places).isSubset(of: board.filter { $0.key.hasPrefix("series-") }.values))
        }
    }
}
