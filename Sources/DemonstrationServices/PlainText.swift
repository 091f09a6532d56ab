/// Text from outside that is shown to people.
enum PlainText {
    /// Writes characters that a terminal obeys or that turn the order of others around as `\u{1B}`, a back-slash as two,
    /// and what a browser would take for markup, should it ever see the text as a page, as `&lt;`.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x5C: escaped += "\\\\"
            case 0x26: escaped += "&amp;"
            case 0x3C: escaped += "&lt;"
            case 0x3E: escaped += "&gt;"
            // Controls, the separators that end a line, and the marks that change the direction of writing.
            case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
                escaped += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
