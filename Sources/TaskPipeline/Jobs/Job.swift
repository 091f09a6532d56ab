/// What a worker does for a task.
public protocol Job: Sendable {
    /// Whether a task takes no more than a moment, and nothing can hold it up: no file, no command, no network. A thread then
    /// takes many at once, which costs a fraction. Default false.
    var isBrief: Bool { get }

    /// Does it. It may block the thread, and is called on several at once.
    func run(_ request: JobRequest) -> JobOutcome
}

extension Job {
    /// What a job may wait for is not known.
    public var isBrief: Bool { false }

    /// Does it for a text alone.
    public func run(_ text: ArraySlice<UInt8>) -> JobOutcome { run(JobRequest(text: text)) }
}
