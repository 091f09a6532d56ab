/// A shell command that gets the task as data: in the variable `TASK`, as `$1`, and where a placeholder stands.
///
/// The task never becomes part of the script. A placeholder is replaced by a quoted reference to an argument, and only
/// where a shell takes a word as it is: as an argument of a program, whole or beside plain characters, and as the file of
/// a redirection. In quotes, in `$( )` and its likes, after what the shell itself carries out (`eval`, `trap`, `let`,
/// `[`), after a command whose name is quoted or computed, where it may name a program or a script, and in a command that
/// may define an alias or a function, or give the shell other arguments, it is refused: what a shell makes of a text there, it
/// might read twice. There a command says `"$TASK"`, which a shell reads twice, too, in sums, in `[[ ]]` and after `eval`.
///
/// `\{}` is no placeholder, nor is one in a comment.
public struct ShellScript: Hashable, Sendable {
    /// A command in which a placeholder cannot be replaced.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Where it stands, and what to do about it.
        public let description: String
    }

    /// The script, for `sh -c`.
    public let bytes: [UInt8]
    /// The placeholders that the arguments from the second on stand for; the first is always the task.
    public let placeholders: [Placeholder]
    /// Whether it needs the task as an argument or in its environment: one that is too long for either, or has a zero
    /// byte, cannot be given to it.
    public let takesArgument: Bool

    /// Prepares a command.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - hasColumns: whether `{1}` and `{name}` are placeholders, too.
    public init(_ command: [UInt8], hasColumns: Bool = false) throws(Refusal) {
        var scanner = ShellScanner(command, hasColumns: hasColumns)
        try scanner.run()
        bytes = scanner.output
        placeholders = scanner.others
        let mentions = ["TASK", "$1", "${1", "$@", "$*", "${@", "${*"].contains {
            command.firstRange(of: Array($0.utf8)) != nil
        }
        takesArgument = scanner.takesTask || !scanner.others.isEmpty || mentions
    }

    /// Prepares a command.
    public init(_ command: String, hasColumns: Bool = false) throws(Refusal) {
        try self.init(Array(command.utf8), hasColumns: hasColumns)
    }
}
