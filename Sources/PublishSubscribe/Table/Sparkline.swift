/// A row of bars, as high as numbers are in relation to the largest of them.
public enum Sparkline {
    /// What the bars are made of.
    public enum Glyphs: Sendable {
        /// Blocks of eight heights.
        case blocks
        /// For terminals that know no other characters.
        case ascii

        var bars: [Character] {
            switch self {
            case .blocks: Array("▁▂▃▄▅▆▇█")
            case .ascii: Array("_.:-=+*#")
            }
        }
    }

    /// The bars of the last numbers, as many as fit, at the right of a text of a width. Zero has no bar.
    public static func text(of numbers: [Double], width: Int, glyphs: Glyphs) -> String {
        let shown = numbers.suffix(max(width, 0))
        let highest = shown.max() ?? 0
        let bars = glyphs.bars
        let line = shown.map { number -> Character in
            guard number > 0, highest > 0 else { return " " }
            return bars[min(bars.count - 1, Int(number / highest * Double(bars.count)))]
        }
        return String(repeating: " ", count: max(0, width - line.count)) + String(line)
    }
}
