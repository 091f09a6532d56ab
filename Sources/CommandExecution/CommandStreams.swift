/// What becomes of what a command writes.
package enum CommandStreams: Sendable {
    /// Standard output is kept, and standard error passed on line by line, and kept, too, if it is to be.
    case kept(ErrorLines, keepsErrors: Bool)
    /// Both are passed on line by line as they come, and nothing is kept.
    case lines(output: ErrorLines, errors: ErrorLines)
    /// Standard output goes to a descriptor; standard error is passed on line by line, or, with nil, the default, goes where
    /// that of this process goes.
    case passed(output: Int32, errors: ErrorLines? = nil)
}
