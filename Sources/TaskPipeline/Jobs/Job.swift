/// What a worker does for a task.
public protocol Job: Sendable {
    /// Does it. It may block the thread, and is called on several at once.
    func run(_ task: ArraySlice<UInt8>) -> JobOutcome
}
