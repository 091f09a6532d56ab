/// The task is the result.
public struct EchoJob: Job {
    /// The job.
    public init() {}

    /// Returns the task.
    public func run(_ request: JobRequest) -> JobOutcome {
        var outcome = JobOutcome(output: request.text)
        outcome.label = .line
        return outcome
    }
}
