import ArgumentParser
import TaskPipeline

/// How tasks are cut into columns.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What cuts a task into columns, blanks kept: {1} {2} in the command. \\t is a tab.", valueName: "text"))
    var colsep: String?

    func validate() throws {
        if colsep == "" { throw ValidationError("--colsep '': a text is needed, such as , or '\\t'") }
    }

    /// The separator; `\t` and `\\` are what they are elsewhere.
    var splitter: ColumnSplitter? {
        guard let colsep else { return nil }
        let bytes = CommandBytes.value(of: "--colsep") ?? Array(colsep.utf8)
        var separator: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count,
                let byte = [UInt8(ascii: "t"): UInt8(ascii: "\t"), UInt8(ascii: "\\"): UInt8(ascii: "\\")][
                    bytes[index + 1]]
            {
                separator.append(byte)
                index += 2
            } else {
                separator.append(bytes[index])
                index += 1
            }
        }
        return ColumnSplitter(separator: separator)
    }
}
