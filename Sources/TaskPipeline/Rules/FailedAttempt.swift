/// An attempt that failed.
public struct FailedAttempt: Hashable, Sendable {
    /// The task.
    public var number: TaskNumber
    /// Which attempt.
    public var attempt: UInt32
    /// What it ended with, other than 0.
    public var status: Int32

    /// A failed attempt.
    public init(number: TaskNumber, attempt: UInt32, status: Int32) {
        self.number = number
        self.attempt = attempt
        self.status = status
    }
}
