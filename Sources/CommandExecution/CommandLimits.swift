/// What a command may take.
package struct CommandLimits: Hashable, Sendable {
    /// The longest that it may take; nil, the default, for as long as it likes.
    package var timeout: Duration?
    /// The most bytes of output that are kept; a command that writes more is ended. Default 64 MiB.
    package var mostOutput = 64 << 20
    /// What is added to the number of its priority, as by `nice(1)`. Default 0.
    package var niceness = 0
    /// The most files that it may have open; nil, the default, for as many as this process.
    package var openFiles: Int?

    /// How long it has after SIGTERM before SIGKILL.
    package static let grace = Duration.seconds(5)

    /// The defaults.
    package init() {}
}
