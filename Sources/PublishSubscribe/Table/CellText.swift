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
        // No more than could ever be shown is decoded: a cluster of many code points may take one column.
        let limit = 64 * max(width, 0) + 64
        let bytes = message.withUnsafeBytes { Array($0.prefix(limit)) }
        var text = String(decoding: bytes, as: UTF8.self)
        // The last one may be cut in the middle.
        if bytes.count < message.count, text.count > width { text.removeLast() }
        return left(text, width: width)
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
        return character.unicodeScalars.contains(where: Self.isHarmful) ? (glyphs == .ascii ? "?" : "·") : character
    }

    /// Whether a code point could move the cursor, turn the direction of the text round or show nothing known.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        // Those that belong to a character, and stand within one: the joiners of Persian, of Indian scripts and of emoji,
        // the tags of regional flags, and the signs that Arabic numbers begin with.
        case .format:
            switch scalar.value {
            case 0x200C, 0x200D, 0xE0020...0xE007F, 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2: false
            default: true
            }
        default: false
        }
    }

    /// The scripts of East Asia and emoji take two columns.
    private static func columns(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let scalar = scalars.first else { return 0 }
        // A joiner that joins nothing.
        if scalars.count == 1, [0x200C, 0x200D].contains(scalar.value) { return 0 }
        // What asks to be shown as an emoji, a keycap among them, is one, whatever it begins with.
        if scalars.dropFirst().contains(where: { $0.value == 0xFE0F }), scalar.properties.isEmoji { return 2 }
        switch scalar.value {
        case 0..<0x1100: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }
}
