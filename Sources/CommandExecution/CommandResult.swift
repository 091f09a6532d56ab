/// What came of a command.
package struct CommandResult: Sendable {
    /// How a command came to its end.
    package enum Ending: Hashable, Sendable {
        /// By itself, with an exit status.
        case exited(Int32)
        /// By a signal that somebody has sent it.
        case signalled(Int32)
        /// It took longer than it may, and was ended.
        case timedOut
        /// It wrote more than it may, and was ended.
        case outputTooLong

        /// The status as a shell has it: the exit status, or 128 and the signal's number; nil where it took more than it may.
        package var status: Int32? {
            switch self {
            case .exited(let status): status
            case .signalled(let number): 128 + number
            case .timedOut, .outputTooLong: nil
            }
        }
    }

    /// How it ended.
    package var ending: Ending
    /// What it wrote to standard output, where that was kept.
    package var output: ArraySlice<UInt8>
    /// What it wrote to standard error, where that was kept.
    package var errors: ArraySlice<UInt8>
}
