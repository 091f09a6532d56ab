/// What a worker does for a task.
public protocol Job: Sendable {
    /// Does it. It may block the thread, and is called on several at once.
    func run(_ request: JobRequest) -> JobOutcome
}

extension Job {
    /// Does it for a text alone.
    public func run(_ text: ArraySlice<UInt8>) -> JobOutcome { run(JobRequest(text: text)) }
}
