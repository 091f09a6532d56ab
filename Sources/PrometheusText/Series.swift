/// What a series is called in the text.
struct SeriesName: Sendable {
    let family: String
    /// `a="1",b="2"`, or nothing.
    let labels: String

    /// The name with a suffix and one more label.
    func text(suffix: String = "", label: String? = nil) -> String {
        let all = [labels, label ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? family + suffix : "\(family)\(suffix){\(all)}"
    }
}

/// The kinds of metrics, as the text names them.
enum SeriesKind: String, Sendable, CustomStringConvertible {
    case counter, gauge, histogram

    var description: String { rawValue }
}

/// One line of the text, or a few that belong together, and the value behind it.
protocol Series: AnyObject, Sendable {
    var name: SeriesName { get }

    /// Adds the lines.
    func write(to text: inout String)
}
