/// What a worker has done for one producer and not yet told.
struct UnreportedResults: Sendable {
    /// The run that all of it belongs to.
    let run: RunID
    /// The results, as they travel.
    private(set) var results = ResultList()
    /// The attempts that failed.
    private(set) var failures: [FailedAttempt] = []
    /// The tasks that are given back although they were begun.
    private(set) var returned = NumberSet()
    /// Why attempts failed, and what the machine lacks.
    private(set) var complaints: [String] = []
    /// How many tasks were done, and how many attempts failed.
    private(set) var counts = (done: 0 as UInt64, failed: 0 as UInt64)

    init(run: RunID) {
        self.run = run
    }

    /// How many results, failed attempts and given back tasks are in it.
    var count: Int { results.count + returned.count }

    /// Adds the results of tasks that were done.
    mutating func add(_ results: ResultList) {
        counts.done += UInt64(results.count)
        self.results.append(contentsOf: results)
    }

    /// Adds what came of an attempt.
    mutating func add(_ outcome: JobOutcome, of task: PipelineTask, nanoseconds: Int64, started: Int64) {
        let isFinal = outcome.status == 0 || task.isLastAttempt
        if outcome.status != 0 {
            counts.failed += 1
            failures.append(FailedAttempt(number: task.number, attempt: task.attempt, status: outcome.status))
        }
        if isFinal { counts.done += 1 }
        if let complaint = outcome.complaint { complaints.append("task \(task.number): \(complaint)") }
        results.append(outcome, of: task, isFinal: isFinal, nanoseconds: nanoseconds, started: started)
    }

    mutating func giveBack(_ task: PipelineTask, complaint: String?) {
        returned.insert(task.number)
        if let complaint { complaints.append(complaint) }
    }
}
