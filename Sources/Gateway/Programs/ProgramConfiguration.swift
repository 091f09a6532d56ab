// Starts programs whose processes are workers, and keeps them running: ``ProgramSupervision`` decides, as a state machine
// without processes and without a clock, and ``ProgramLoop`` carries it out.

/// A program that the gateway starts, and whose processes connect as workers.
public struct ProgramConfiguration: Sendable, Hashable {
    /// What it is called in the log, on the dashboard, and where it is restarted.
    public var name: String
    /// The command, as a shell reads it.
    public var run: String
    /// How many processes of it run; default 1.
    public var count = 1
    /// The folder in which it runs; nil, the default, for the gateway's own.
    public var directory: String?
    /// Variables that are added to the gateway's environment, or stand in the place of those of the same names; default none.
    public var environment: [String: String] = [:]
    /// A pattern of paths as shells know it. When a file that it names changes, comes or goes, the program is restarted; nil,
    /// the default, for none.
    public var watch: String?

    /// A program of which one process runs.
    public init(name: String, run: String) {
        self.name = name
        self.run = run
    }

    /// What a command is called that has no name: the last part of its first word, nil where that is not fit for one.
    static func name(of run: String) -> String? {
        let word = run.split(whereSeparator: \.isWhitespace).first ?? ""
        let name = String(word.split(separator: "/").last ?? "")
        return isName(name) ? name : nil
    }

    /// Whether a text can be a name: 1 to 64 letters, digits, full stops, hyphens and underscores of ASCII, so that it stands
    /// in a path and in a line of the log as it is.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }
    }

    /// Whether processes of another configuration would be the same as this one's.
    func runs(as other: ProgramConfiguration) -> Bool {
        var other = other
        other.count = count
        other.watch = watch
        return other == self
    }
}
