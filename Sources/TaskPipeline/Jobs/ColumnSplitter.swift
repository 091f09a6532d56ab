/// Cuts a task into columns at a text; blanks around it belong to the columns.
public struct ColumnSplitter: Hashable, Sendable {
    private let separator: [UInt8]

    /// A splitter; the separator is not empty.
    public init(separator: [UInt8]) {
        precondition(!separator.isEmpty, "a separator has at least one byte")
        self.separator = separator
    }

    /// The columns of a text, one more than it has separators.
    public func fields(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        var start = text.startIndex
        var position = start
        while position + separator.count <= text.endIndex {
            if text[position] == separator[0], text[position...].starts(with: separator) {
                fields.append(text[start..<position])
                position += separator.count
                start = position
            } else {
                position += 1
            }
        }
        fields.append(text[start...])
        return fields
    }
}
