/// In which form the answer is wanted, by the field `accept` (RFC 9110, section 12.5.1).
package enum AcceptedForm: Hashable, Sendable {
    /// A page, and that is said: a browser.
    case page
    /// JSON rather than a page.
    case json
    /// Either will do.
    case any

    /// Reads the field.
    package init(accept: String?) {
        guard let accept else {
            self = .any
            return
        }
        let ranges = accept.split(separator: ",").map(Self.range)
        let page = Self.preference("text/html", ranges)
        let json = Self.preference("application/json", ranges)
        if json.weight > page.weight || (json.weight == page.weight && json.weight > 0 && json.position < page.position)
        {
            self = .json
        } else if page.isNamed, page.weight > 0 {
            self = .page
        } else {
            self = .any
        }
    }

    private static func range(_ text: Substring) -> (name: String, weight: Int) {
        let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { thousandths(String($0.dropFirst(2))) }
        return (parts.first ?? "", weight ?? 1000)
    }

    private static func thousandths(_ text: String) -> Int {
        guard let number = Double(text), (0...1).contains(number) else { return 0 }
        return Int(number * 1000)
    }

    /// What is said of a type: by itself, or else by a range that it lies in.
    private static func preference(
        _ type: String, _ ranges: [(name: String, weight: Int)]
    ) -> (weight: Int, position: Int, isNamed: Bool) {
        let family = String(type.prefix { $0 != "/" }) + "/*"
        for (name, isNamed) in [(type, true), (family, false), ("*/*", false)] {
            if let position = ranges.firstIndex(where: { $0.name == name }) {
                return (ranges[position].weight, isNamed ? position : .max, isNamed)
            }
        }
        return (0, .max, false)
    }
}
