/// The command of a program, as the shell gets it.
enum ProgramCommand {
    /// A command that is a single program's is given the shell's place: signals reach it first, and its number is the one in
    /// the log.
    static func text(_ run: String) -> String { isProgram(run) ? "exec \(run)" : run }

    /// Whether a command is one program and its arguments, without anything that the shell has to stay for.
    private static func isProgram(_ run: String) -> Bool {
        let first = run.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        return !first.contains("=") && !builtIns.contains(first)
            && !run.contains { "\n;&|<>()`{}!#".contains($0) }
    }

    /// What is no program of its own, but the shell's.
    private static let builtIns: Set<String> = [
        ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "eval", "exec", "exit", "export", "fc",
        "fg",
        "for", "getopts", "hash", "if", "jobs", "read", "readonly", "return", "set", "shift", "source", "times", "trap",
        "type", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    ]
}
