extension Placeholder {
    /// Reads the placeholder that stands at a place in a command.
    ///
    /// - Parameter hasColumns: whether `{1}` and `{name}` are placeholders, too.
    /// - Returns: it and its length in bytes; nil where there is none.
    static func read(_ command: ArraySlice<UInt8>, hasColumns: Bool) -> (Placeholder, Int)? {
        guard command.first == UInt8(ascii: "{") else { return nil }
        for (text, placeholder) in fixed where command.starts(with: text.utf8) {
            return (placeholder, text.utf8.count)
        }
        guard hasColumns, let end = command.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let name = command[(command.startIndex + 1)..<end]
        if name.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(String(decoding: name, as: UTF8.self)) {
            return number > 0 ? (.column(number), name.count + 2) : nil
        }
        // Blanks and commas make it a group of commands or of words.
        let isName = !name.isEmpty && name.allSatisfy { !" \t\n;&|()<>'\"\\`${,".utf8.contains($0) }
        return isName ? (.named(Array(name)), name.count + 2) : nil
    }

    private static let fixed: [(String, Placeholder)] = [
        ("{}", .task), ("{.}", .withoutExtension), ("{/}", .lastComponent), ("{//}", .folder),
        ("{/.}", .lastComponentWithoutExtension), ("{#}", .number),
    ]
}
