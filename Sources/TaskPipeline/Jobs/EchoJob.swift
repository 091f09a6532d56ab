/// The task is the result.
public struct EchoJob: Job {
    /// The job.
    public init() {}

    /// Returns the task.
    public func run(_ task: ArraySlice<UInt8>) -> JobOutcome { JobOutcome(output: task) }
}
