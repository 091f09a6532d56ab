import SwiftZMQ

/// The lines of a table of topics for a screen of a size. What does not fit is left out, the least important first.
public struct TableLayout: Sendable {
    private enum Column {
        case topic, rate, last, history, byteRate, count
    }

    /// The columns in the order of their importance, and what each needs at least.
    private static let byImportance: [(column: Column, width: Int)] = [
        (.topic, 10), (.rate, 7), (.last, 10), (.history, 10), (.byteRate, 9), (.count, 9),
    ]
    /// The columns as they stand side by side.
    private static let inOrder: [Column] = [.topic, .rate, .byteRate, .count, .history, .last]
    private static let gap = 2

    private let columns: Int
    private let lines: Int
    private let glyphs: Sparkline.Glyphs
    private let setsCursor: Bool
    private let text: CellText

    /// A layout.
    ///
    /// - Parameters:
    ///   - columns: the width of the screen.
    ///   - lines: its height, of which no line is left unused if there are topics enough.
    ///   - glyphs: what sparklines are made of.
    ///   - setsCursor: whether a cell that follows text of many scripts is put in its column by a sequence of the terminal.
    ///     Terminals do not agree on how wide some emoji are. Default no.
    public init(columns: Int, lines: Int, glyphs: Sparkline.Glyphs, setsCursor: Bool = false) {
        self.setsCursor = setsCursor
        self.columns = max(columns, 1)
        self.lines = max(lines, 1)
        self.glyphs = glyphs
        text = CellText(glyphs: glyphs)
    }

    /// The lines: where the updates come from and their sum, the titles, and the busiest topics.
    ///
    /// Each is exactly as wide as the screen; there are at most as many as it has.
    public func lines(of table: TopicTable, source: String, after elapsed: Duration) -> [String] {
        var result = [summary(table, source, elapsed)]
        guard lines > 1 else { return result }
        var room = lines - 2
        let hidden = table.count - room
        // The line that says how many there are besides takes the place of one of them.
        if hidden > 0 { room -= 1 }
        let rows = table.busiest(max(room, 0))
        let widths = widths(for: rows)
        result.append(line(widths) { column, width in title(column, width) })
        for row in rows { result.append(line(widths) { column, width in cell(column, width, row) }) }
        if hidden > 0, lines > 2 {
            result.append(text.left("and \(table.count - rows.count) more topics", width: columns))
        }
        return result
    }

    private func summary(_ table: TopicTable, _ source: String, _ elapsed: Duration) -> String {
        let topics = "\(table.count) topic\(table.count == 1 ? "" : "s")"
        let updates = "\(Quantity.count(table.total.count)) update\(table.total.count == 1 ? "" : "s")"
        let rates = "\(Quantity.rate(table.total.rates.last ?? 0))/s  \(Quantity.bytes(table.total.byteRate))/s"
        let full = table.uncounted > 0 ? "  (\(Quantity.count(table.uncounted)) of further topics)" : ""
        let figures = "  \(topics)  \(updates)  \(rates)  \(Quantity.time(elapsed))"
        // The figures are there to be read; of where they come from, as much as there is room for. What is of further topics
        // is left out before any of that is.
        for addition in [full, ""] {
            let room = columns - figures.count - addition.count
            if room >= CellText.columns(of: source) { return text.left(source + figures + addition, width: columns) }
            if room >= 8 { return text.left(source, width: room) + figures + addition }
        }
        return text.left(String(figures.dropFirst(2)), width: columns)
    }

    /// The columns that fit, and the width of each.
    private func widths(for rows: [TopicTable.Row]) -> [(column: Column, width: Int)] {
        var widths: [Column: Int] = [:]
        var left = columns
        for (column, width) in Self.byImportance {
            let needed = width + (widths.isEmpty ? 0 : Self.gap)
            guard needed <= left else { break }
            widths[column] = width
            left -= needed
        }
        // On a screen too narrow for a table there is the topic, cut.
        guard widths[.topic] != nil else { return [(.topic, columns)] }
        func grow(_ column: Column, to wanted: Int) {
            guard let width = widths[column] else { return }
            let more = min(left, max(0, wanted - width))
            widths[column] = width + more
            left -= more
        }
        grow(.topic, to: min(40, rows.map { min($0.topic.count, 40) }.max() ?? 0))
        let longest = rows.map(\.last.count).max() ?? 0
        grow(.last, to: min(20, longest))
        grow(.history, to: 30)
        grow(.last, to: min(60, longest))
        grow(.history, to: 60)
        return Self.inOrder.compactMap { column in widths[column].map { (column, $0) } }
    }

    private func line(_ widths: [(column: Column, width: Int)], _ cell: (Column, Int) -> String) -> String {
        var line = ""
        var position = 1
        for (column, width) in widths {
            let content = cell(column, width)
            if setsCursor, position > 1, line.utf8.contains(where: { $0 >= 0x80 }) { line += "\u{1B}[\(position)G" }
            line += content
            position += width
            guard column != widths.last?.column else { break }
            line += String(repeating: " ", count: Self.gap)
            position += Self.gap
        }
        return line + String(repeating: " ", count: max(0, columns - position + 1))
    }

    private func title(_ column: Column, _ width: Int) -> String {
        switch column {
        case .topic: text.left("TOPIC", width: width)
        case .rate: text.right("RATE/S", width: width)
        case .byteRate: text.right("BYTES/S", width: width)
        case .count: text.right("UPDATES", width: width)
        case .history: text.left("LAST \(width) S", width: width)
        case .last: text.left("LAST VALUE", width: width)
        }
    }

    private func cell(_ column: Column, _ width: Int, _ row: TopicTable.Row) -> String {
        switch column {
        case .topic: text.left(row.topic, width: width)
        case .rate: text.right(Quantity.rate(row.rate), width: width)
        case .byteRate: text.right(Quantity.bytes(row.byteRate), width: width)
        case .count: text.right(Quantity.count(row.count), width: width)
        case .history: Sparkline.text(of: row.rates, width: width, glyphs: glyphs)
        case .last: text.left(row.last, width: width)
        }
    }
}
