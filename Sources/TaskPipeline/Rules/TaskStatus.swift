/// How a task ended: 0 for success, the exit status of its command or 128 and the signal that ended it, or one of these.
public enum TaskStatus {
    /// An attempt took longer than it may.
    public static let timedOut: Int32 = -1
    /// Its workers died with it, so often that it was given up.
    public static let lost: Int32 = -2
    /// It wrote more than it may.
    public static let outputTooLong: Int32 = -3

    /// The word for one of these, which a record has in place of a number; nil for a number.
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
        return status > 128 && status < 193 ? "signal \(status - 128)" : "exit status \(status)"
    }
}
