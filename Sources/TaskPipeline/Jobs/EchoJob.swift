/// The task is the result.
public struct EchoJob: Job {
    /// Nothing is waited for.
    public let isBrief = true

    /// The job.
    public init() {}

    /// Returns the task.
    public func run(_ request: JobRequest) -> JobOutcome {
        JobOutcome(output: request.text, label: .line)
    }
}
