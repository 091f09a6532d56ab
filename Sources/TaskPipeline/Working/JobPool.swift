import Dispatch
import Glibc
import SystemSupport

/// The threads on which a worker does its tasks, and the tasks that producers have given it.
///
/// Each thread takes the next task of each producer in turn, so that one busy producer does not keep the others waiting. What
/// is done is gathered for each producer. A thread delivers it: at once when there is nothing more to begin,
/// otherwise when enough has gathered, so that a message carries many results where they come fast and none waits where
/// they do not.
final class JobPool: Sendable {
    typealias Instant = Moment

    struct State {
        var assigned: [AssignedTasks]
        /// What was done and has not been told, by producer.
        var unreported: [UnreportedResults]
        var unreportedCount = 0
        var unreportedBytes = 0
        /// When the first of it was done.
        var unreportedSince = Instant.now
        var nextProducer = 0
        var running = 0
        var idleThreads = 0
        /// How many threads are to end, as there are too many for this machine.
        var retiringThreads = 0
        var shortage: Shortage
        /// Whether the machine has too much to do, or too little memory.
        var isMachineBusy = false
        var nextLook = Instant.now
        var isEnded = false

        /// How many tasks may be done at once at present.
        func allowed(at now: Instant) -> Int { isMachineBusy ? 0 : shortage.allowed(at: now) }
    }

    /// The tasks that a thread does before it looks for more: one, unless the job is brief.
    private struct Assignment {
        let producer: Int
        let run: RunID
        let header: ArraySlice<UInt8>
        let tasks: TaskList
    }

    /// What came of an assignment.
    private struct Done {
        let assignment: Assignment
        /// The results of the tasks that nothing is to be said of, and how long each took.
        var results = ResultList()
        var times: [(number: TaskNumber, nanoseconds: Int64)] = []
        /// The attempts that failed, or of which something is to be said.
        var others: [Attempt] = []
        /// When the last one was done.
        var end: Instant
    }

    /// What became of a task, and when.
    private struct Attempt {
        let task: PipelineTask
        let outcome: JobOutcome
        let start: Instant
        let end: Instant
        /// When it began, in nanoseconds since 1970.
        let started: Int64
    }

    /// What a thread does next.
    private enum Step {
        case deliver
        case begin(Assignment)
        case rest
        case end
    }

    /// So many tasks of a brief job are done at once, at most.
    private static let mostAtOnce = 64
    private static let enough = 1000
    private static let enoughBytes = 1 << 20
    private static let longestDelay: Int64 = 1_000_000  // Nanoseconds.

    private let job: any Job
    private let concurrency: Int
    private let limits: MachineLimits
    private let state: Locked<State>
    private let wake = DispatchSemaphore(value: 0)

    /// A pool whose threads are not there yet.
    ///
    /// - Parameters:
    ///   - worker: what the producers are told that it is called.
    ///   - producers: how many producers are served.
    init(worker: String, producers: Int, concurrency: Int, job: any Job, limits: MachineLimits) {
        self.job = job
        self.concurrency = concurrency
        self.limits = limits
        state = Locked(
            State(
                assigned: Array(
                    repeating: AssignedTasks(concurrency: concurrency, name: worker), count: producers),
                unreported: Array(repeating: UnreportedResults(run: .none), count: producers),
                shortage: Shortage(concurrency: concurrency), isMachineBusy: !limits.isEmpty))
    }

    /// Starts the threads.
    ///
    /// - Parameter deliver: called on the threads when it is time to deliver what was done.
    /// - Returns: why there are fewer than there should be; nil when there are all.
    /// - Throws: when there is none.
    func start(deliver: @escaping @Sendable () -> Void) throws(SystemError) -> String? {
        for index in 0..<concurrency {
            do throws(SystemError) {
                try DetachedThread.start(name: "job") { [self] in work(deliver) }
            } catch {
                guard index > 0 else { throw error }
                // Commands need room, too.
                let kept = (index + 1) / 2
                state.withLock { state in
                    state.retiringThreads = index - kept
                    state.shortage.noteFailure(running: kept, at: .now)
                }
                for _ in kept..<index { wake.signal() }
                return "\(error): \(kept) tasks are done at once, not \(concurrency)"
            }
        }
        return nil
    }

    /// Lets the threads end when they have done what they do.
    func end() {
        state.withLock { $0.isEnded = true }
        for _ in 0..<concurrency { wake.signal() }
    }

    /// Uses the tasks of a producer, knowing how many may be done at once; threads are woken if there is more to do then.
    func withAssigned<Result>(_ index: Int, _ body: (inout AssignedTasks, Int) throws -> Result) rethrows -> Result {
        let (result, woken) = try state.withLock { state in
            let allowed = state.shortage.isShort || state.isMachineBusy ? state.allowed(at: .now) : concurrency
            let result = try body(&state.assigned[index], allowed)
            let woken = min(state.idleThreads, state.assigned[index].waitingCount)
            state.idleThreads -= woken
            return (result, woken)
        }
        for _ in 0..<woken { wake.signal() }
        return result
    }

    /// Finds out now and then whether the machine can do more.
    func lookAtMachine(at now: Instant) {
        guard !limits.isEmpty, state.withLock({ now >= $0.nextLook }) else { return }
        let isBusy = !limits.allow(
            load: limits.load == nil ? nil : MachineState.load, processors: MachineState.processors,
            available: limits.freeMemory == nil ? nil : MachineState.availableMemory)
        state.withLock { state in
            state.isMachineBusy = isBusy
            state.nextLook = now + .milliseconds(500)
        }
    }

    /// Takes what was done and has not been told.
    ///
    /// - Returns: the results for each producer; none when there are none at all.
    func takeUnreported() -> [UnreportedResults] {
        state.withLock { state in
            guard state.unreportedCount > 0 else { return [] }
            state.unreportedCount = 0
            state.unreportedBytes = 0
            let unreported = state.unreported
            for index in unreported.indices {
                state.unreported[index] = UnreportedResults(run: state.assigned[index].run)
            }
            return unreported
        }
    }

    /// Whether a thread is at work.
    var isBusy: Bool { state.withLock { $0.running > 0 } }

    private func work(_ deliver: () -> Void) {
        var now = Instant.now
        var done: Done?
        while true {
            let step = state.withLock { state in
                if let done = done.take() {
                    state.running -= 1
                    put(done, &state)
                }
                return nextStep(at: now, &state)
            }
            switch step {
            case .deliver: deliver()
            case .begin(let assignment): done = attempt(assignment, from: now)
            case .rest: wake.wait()
            case .end: return
            }
            now = done?.end ?? .now
        }
    }

    /// Does tasks, and puts their results into the bytes that travel: here, where no other thread waits for it.
    private func attempt(_ assignment: Assignment, from start: Instant) -> Done {
        var done = Done(assignment: assignment, end: start)
        done.results.reserveCapacity(for: assignment.tasks)
        done.times.reserveCapacity(assignment.tasks.count)
        let sinceEpoch = Self.wallClock
        var request = JobRequest(text: [], header: assignment.header, run: assignment.run)
        for task in assignment.tasks {
            request.number = task.number
            request.text = task.text
            let outcome = job.run(request)
            let (begin, end) = (done.end, Instant.now)
            let started = sinceEpoch + begin.nanoseconds(since: start)
            if outcome.status == 0, outcome.shortage == nil, outcome.complaint == nil {
                let nanoseconds = end.nanoseconds(since: begin)
                done.results.append(outcome, of: task, isFinal: true, nanoseconds: nanoseconds, started: started)
                done.times.append((task.number, nanoseconds))
            } else {
                done.others.append(Attempt(task: task, outcome: outcome, start: begin, end: end, started: started))
            }
            done.end = end
        }
        return done
    }

    private func put(_ done: Done, _ state: inout State) {
        for attempt in done.others { put(attempt, of: done.assignment, now: done.end, &state) }
        guard !done.results.isEmpty else { return }
        if state.shortage.isShort {
            for _ in done.times { state.shortage.noteDone(at: done.end) }
        }
        let (producer, run) = (done.assignment.producer, done.assignment.run)
        guard state.assigned[producer].finish(done.times, of: run, at: done.end) else { return }
        prepare(producer, run, at: done.end, &state)
        state.unreported[producer].add(done.results)
        state.unreportedCount += done.results.count
        state.unreportedBytes += done.results.size
    }

    private func put(_ attempt: Attempt, of assignment: Assignment, now: Instant, _ state: inout State) {
        let (producer, run) = (assignment.producer, assignment.run)
        let outcome = attempt.outcome
        if let shortage = outcome.shortage {
            let complaint = state.shortage.note(shortage, running: state.running, at: now)
            return giveBack(attempt.task, of: assignment, complaint: complaint, at: now, &state)
        }
        if outcome.status != 0, state.shortage.mayExplainFailure(running: state.running) {
            state.shortage.noteFailure(running: state.running, at: now)
            return giveBack(attempt.task, of: assignment, complaint: nil, at: now, &state)
        }
        if state.shortage.isShort { state.shortage.noteDone(at: now) }
        guard
            let nanoseconds = state.assigned[producer].finish(
                attempt.task.number, of: run, from: attempt.start, at: attempt.end)
        else { return }
        prepare(producer, run, at: now, &state)
        state.unreported[producer].add(
            outcome, of: attempt.task, nanoseconds: nanoseconds, started: attempt.started)
        state.unreportedCount += 1
        state.unreportedBytes += outcome.output.count
    }

    private func giveBack(
        _ task: PipelineTask, of assignment: Assignment, complaint: String?, at now: Instant, _ state: inout State
    ) {
        let (producer, run) = (assignment.producer, assignment.run)
        guard state.assigned[producer].giveUp(task.number, of: run, at: now) else { return }
        prepare(producer, run, at: now, &state)
        state.unreported[producer].giveBack(task, complaint: complaint)
        state.unreportedCount += 1
    }

    private func prepare(_ producer: Int, _ run: RunID, at now: Instant, _ state: inout State) {
        if state.unreported[producer].run != run {
            // What an earlier run has left is of no use any more.
            state.unreportedCount -= state.unreported[producer].count
            state.unreported[producer] = UnreportedResults(run: run)
        }
        if state.unreportedCount == 0 { state.unreportedSince = now }
    }

    private static var wallClock: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func nextStep(at now: Instant, _ state: inout State) -> Step {
        if Self.isDeliveryDue(at: now, state) { return .deliver }
        if state.isEnded { return .end }
        if state.retiringThreads > 0 {
            state.retiringThreads -= 1
            return .end
        }
        if !state.isMachineBusy && !state.shortage.isShort || state.running < state.allowed(at: now) {
            for offset in 0..<state.assigned.count {
                let producer = (state.nextProducer + offset) % state.assigned.count
                // The other threads are to have their share.
                let share = job.isBrief ? state.assigned[producer].waitingCount / concurrency : 1
                let tasks = state.assigned[producer].begin(upTo: max(1, min(share, Self.mostAtOnce)), at: now)
                guard !tasks.isEmpty else { continue }
                state.nextProducer = producer + 1
                state.running += 1
                return .begin(
                    Assignment(
                        producer: producer, run: state.assigned[producer].run,
                        header: state.assigned[producer].header, tasks: tasks))
            }
        }
        state.idleThreads += 1
        return .rest
    }

    private static func isDeliveryDue(at now: Instant, _ state: State) -> Bool {
        guard state.unreportedCount > 0 else { return false }
        return state.unreportedCount >= enough || state.unreportedBytes >= enoughBytes || state.isEnded
            || now.nanoseconds(since: state.unreportedSince) >= longestDelay
            || !state.assigned.contains { $0.waitingCount > 0 }
    }
}
