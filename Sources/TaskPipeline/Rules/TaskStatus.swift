/// How a task ended: 0 for success, the exit status of its command, which is below 256, or one of these.
public enum TaskStatus {
    /// An attempt took longer than it may.
    public static let timedOut: Int32 = -1
    /// Its workers died with it, so often that it was given up.
    public static let lost: Int32 = -2
    /// It wrote more than it may.
    public static let outputTooLong: Int32 = -3

    /// A signal ended its command. It is none of a shell's 128 and the number, with which a command may exit by itself.
    public static func signal(_ number: Int32) -> Int32 { 256 + number }

    /// The number of the signal that ended a command; nil where none has.
    public static func signal(of status: Int32) -> Int32? { status > 256 ? status - 256 : nil }

    /// The number that a record has, as a shell has it: an exit status, or 128 and the signal's number.
    public static func number(_ status: Int32) -> Int32 { signal(of: status).map { 128 + $0 } ?? status }

    /// The word for one of the others, which a record has in place of a number; nil for a number.
    public static func word(_ status: Int32) -> String? {
        switch status {
        case timedOut: "timeout"
        case lost: "lost"
        case outputTooLong: "max-output"
        default: nil
        }
    }

    /// What a failure is called in a sentence: `exit status 1`, `signal 9`, `timeout`.
    public static func phrase(_ status: Int32) -> String {
        if let word = word(status) { return word }
        return signal(of: status).map { "signal \($0)" } ?? "exit status \(status)"
    }
}
