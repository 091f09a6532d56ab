/// What a worker has done for one producer and not yet told.
struct UnreportedResults: Sendable {
    /// The run that all of it belongs to.
    let run: RunID
    private let worker: String
    /// The results, as they travel; nil for none.
    private(set) var results: ResultBatchWriter?
    /// The attempts that failed.
    private(set) var failures: [FailedAttempt] = []
    /// The tasks that are given back although they were begun.
    private(set) var returned = NumberSet()
    /// Why attempts failed, and what the machine lacks.
    private(set) var complaints: [String] = []
    /// How many tasks were done, and how many attempts failed.
    private(set) var counts = (done: 0 as UInt64, failed: 0 as UInt64)

    init(run: RunID, worker: String) {
        self.run = run
        self.worker = worker
    }

    /// How many results, failed attempts and given back tasks are in it.
    var count: Int { (results?.count ?? 0) + returned.count }

    mutating func add(_ outcome: JobOutcome, of task: PipelineTask, nanoseconds: Int64, started: Int64) {
        let isFinal = outcome.status == 0 || task.isLastAttempt
        if outcome.status != 0 {
            counts.failed += 1
            failures.append(FailedAttempt(number: task.number, attempt: task.attempt, status: outcome.status))
        }
        if isFinal { counts.done += 1 }
        if let complaint = outcome.complaint { complaints.append("task \(task.number): \(complaint)") }
        if results == nil { results = ResultBatchWriter(run: run, worker: worker) }
        results?.append(outcome, of: task, isFinal: isFinal, nanoseconds: nanoseconds, started: started)
    }

    mutating func giveBack(_ task: PipelineTask, complaint: String?) {
        returned.insert(task.number)
        if let complaint { complaints.append(complaint) }
    }
}
