import ArgumentParser
import CommandLineSupport

/// How tasks are read.
struct InputOptions: ParsableArguments {
    @Flag(name: [.customShort("0"), .customLong("null")], help: "Tasks end with a zero byte instead of a newline.")
    var null = false

    @Flag(help: "The first line names the columns, and is no task: {name} in the command. Goes with --colsep.")
    var header = false

    @Option(help: ArgumentHelp("The longest task. (default: 64MiB)", valueName: "size"))
    var maxLine: SizeArgument?

    func validate() throws {
        try Check.range(maxLine?.bytes, 1...(1 << 31), "--max-line")
    }

    func validate(_ columns: ColumnOptions) throws {
        if header, columns.colsep == nil {
            throw ValidationError("--header names the columns that --colsep cuts: give --colsep, too")
        }
    }

    var longestLine: Int { maxLine?.bytes ?? 64 << 20 }
}
