/// What a worker has done for one producer and not yet told.
struct UnreportedResults: Sendable {
    /// The run that all of it belongs to.
    let run: RunID
    private let worker: String
    /// The results, as they travel; nil for none.
    private(set) var results: ResultBatchWriter?
    /// The attempts that failed and are not the last.
    private(set) var failures: [FailedAttempt] = []
    /// Why attempts failed.
    private(set) var complaints: [(number: TaskNumber, text: String)] = []
    /// How many attempts failed, the last ones included.
    private(set) var failedCount: UInt64 = 0

    init(run: RunID, worker: String) {
        self.run = run
        self.worker = worker
    }

    /// How many results and failed attempts are in it.
    var count: Int { (results?.count ?? 0) + failures.count }

    mutating func add(_ outcome: JobOutcome, of task: PipelineTask, nanoseconds: Int64) {
        if outcome.status != 0 { failedCount += 1 }
        if let complaint = outcome.complaint { complaints.append((task.number, complaint)) }
        guard outcome.status == 0 || task.isLastAttempt else {
            failures.append(FailedAttempt(number: task.number, attempt: task.attempt, status: outcome.status))
            return
        }
        if results == nil { results = ResultBatchWriter(run: run, worker: worker) }
        results?.append(
            number: task.number, status: outcome.status, nanoseconds: nanoseconds, text: task.text,
            output: outcome.output)
    }
}
