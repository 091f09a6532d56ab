import CommandExecution

/// How commands are run.
public struct CommandSettings: Hashable, Sendable {
    /// The longest that an attempt may take; nil, the default, for as long as it likes.
    public var timeout: Duration?
    /// The most bytes that a command may write to standard output. Default 64 MiB.
    public var mostOutput = 64 << 20
    /// What is added to the number of the commands' priority, as by `nice(1)`. Default 0.
    public var niceness = 0
    /// The most files that a command may have open; nil, the default, for as many as this process.
    public var openFiles: Int?
    /// Whether each line of output begins with the task and a tab. Default false.
    public var tagsLines = false
    /// What cuts a task into columns; nil, the default, for nothing.
    public var columns: ColumnSplitter?
    /// Whether what a command writes to standard error is kept, beside being passed on. Default false.
    public var keepsErrors = false

    var limits: CommandLimits {
        var limits = CommandLimits()
        limits.timeout = timeout
        limits.mostOutput = mostOutput
        limits.niceness = niceness
        limits.openFiles = openFiles
        return limits
    }

    /// The defaults.
    public init() {}
}
