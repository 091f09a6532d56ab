public import SwiftZMQ

/// Text that fills a number of columns of a terminal, no more and no less, whatever it is made of.
///
/// What could move the cursor or change colours is shown as `·`, what is not UTF-8 as `�`: a table must not be at the
/// mercy of those who publish.
public struct CellText: Sendable {
    private let glyphs: Sparkline.Glyphs

    /// Text made of ASCII or of all characters.
    public init(glyphs: Sparkline.Glyphs) {
        self.glyphs = glyphs
    }

    /// The text of a frame, cut or filled up to a width.
    public func left(_ message: Frame, width: Int) -> String {
        // No more than could ever be shown is decoded.
        let bytes = message.withUnsafeBytes { Array($0.prefix(8 * max(width, 0) + 8)) }
        return left(String(decoding: bytes, as: UTF8.self), width: width)
    }

    /// A text, cut or filled up to a width; the end of what is cut is marked.
    public func left(_ text: String, width: Int) -> String {
        var shown = ""
        var used = 0
        var beforeMark = (text: "", columns: 0)
        for character in text.lazy.map(printable) {
            let columns = Self.columns(of: character)
            guard used + columns <= width else {
                guard width > 0 else { return "" }
                let mark = glyphs == .ascii ? ">" : "…"
                return beforeMark.text + mark + Self.blanks(width - beforeMark.columns - 1)
            }
            shown.append(character)
            used += columns
            if used < width { beforeMark = (shown, used) }
        }
        return shown + Self.blanks(width - used)
    }

    /// A text at the right of a width, which it must not exceed.
    func right(_ text: String, width: Int) -> String { Self.blanks(width - text.count) + text }

    /// The columns that a text takes.
    public static func columns(of text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    private func printable(_ character: Character) -> Character {
        if glyphs == .ascii, !character.isASCII { return "?" }
        let isControl = character.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
            default: false
            }
        }
        return isControl ? (glyphs == .ascii ? "?" : "·") : character
    }

    /// The scripts of East Asia and emoji take two columns.
    private static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0..<0x1100: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }
}
