/// What came of a command.
package struct CommandResult: Sendable {
    /// How a command came to its end.
    package enum Ending: Hashable, Sendable {
        /// By itself, with an exit status, or 128 and the number of the signal that ended it.
        case exited(Int32)
        /// It took longer than it may, and was ended.
        case timedOut
        /// It wrote more than it may, and was ended.
        case outputTooLong
    }

    /// How it ended.
    package var ending: Ending
    /// What it wrote to standard output, where that was kept.
    package var output: ArraySlice<UInt8>
    /// What it wrote to standard error, where that was kept.
    package var errors: ArraySlice<UInt8>
}
