/// Where a worker finds one pipeline.
public struct WorkerEndpoints: Hashable, Sendable {
    /// The producer's endpoint for tasks.
    public var tasks: String
    /// The collector's endpoint for results.
    public var results: String

    /// Two endpoints.
    public init(tasks: String, results: String) {
        self.tasks = tasks
        self.results = results
    }
}
