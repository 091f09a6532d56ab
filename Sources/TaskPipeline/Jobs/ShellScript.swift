/// A shell command in which `{}` stands for the task.
///
/// The task never becomes part of the script. Each `{}` is replaced by a reference to the script's first argument, quoted
/// to suit the place where it stands, and the task is given as that argument: the shell puts it in after it has read the
/// script, and does not read it as a script again.
///
/// | where `{}` stands | what replaces it |
/// |---|---|
/// | bare: `wc -c {}` | `"${1}"` |
/// | in double quotes: `echo "<{}>"` | `${1}` |
/// | in single quotes: `awk '…{}…'` | `'"${1}"'`: out of the quotes and in again |
///
/// `$( )` begins anew in each of them. Where a shell's rules leave doubt — in backquotes, in `${ }`, in `$(( ))`, in
/// `$' '`, after a here-document, in what `eval` reads — a `{}` is refused. `\{}` is no placeholder, nor is one in a
/// comment.
public struct ShellScript: Hashable, Sendable {
    /// A command in which a `{}` cannot be replaced.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Where it stands, and what to do about it.
        public let description: String
    }

    /// The script, for `sh -c`.
    public let text: String
    /// Whether it refers to its first argument.
    public let takesArgument: Bool

    /// Prepares a command.
    public init(_ command: String) throws(Refusal) {
        var scanner = ShellScanner(command)
        try scanner.run()
        text = String(decoding: scanner.output, as: UTF8.self)
        takesArgument = scanner.found
    }
}
