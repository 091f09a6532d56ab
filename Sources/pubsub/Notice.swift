import CommandLineSupport

/// What is said to the user besides the results: one line on standard error.
enum Notice {
    static func say(_ line: String) {
        StandardStreams.printErrorLine("pubsub: \(line)")
    }

    /// A number and what it counts: `1 update`, `2 updates`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
