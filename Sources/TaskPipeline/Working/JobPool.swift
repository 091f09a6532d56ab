import Dispatch
import SwiftZMQ

/// The threads on which a worker does its tasks, and the desks they take them from.
///
/// Each thread takes the next task of the desks in turn, so that one busy producer does not keep the others waiting. What
/// is done goes into a tray for each producer. A thread empties the trays: at once when there is nothing more to begin,
/// otherwise when enough has gathered, so that a message carries many results where they come fast and none waits where
/// they do not.
final class JobPool: Sendable {
    typealias Instant = Moment

    struct State {
        var desks: [WorkerDesk]
        /// What was done, by desk.
        var trays: [ResultTray]
        var trayCount = 0
        /// When the first of what lies in the trays was done.
        var trayFilled = Instant.now
        var nextDesk = 0
        var running = 0
        var idleThreads = 0
        var isEnded = false
    }

    /// A task that a thread does.
    private struct Assignment {
        let desk: Int
        let run: RunID
        let task: PipelineTask
    }

    /// What a thread does next.
    private enum Step {
        case deliver
        case begin(Assignment)
        case rest
        case end
    }

    private static let enough = 500
    private static let longestDelay: Int64 = 1_000_000  // Nanoseconds.

    private let worker: String
    private let job: any Job
    private let concurrency: Int
    private let state: Locked<State>
    private let wake = DispatchSemaphore(value: 0)

    /// A pool whose threads are not there yet.
    ///
    /// - Parameters:
    ///   - worker: what the records of the results call it.
    ///   - desks: how many producers are served.
    init(worker: String, desks: Int, concurrency: Int, job: any Job) {
        self.worker = worker
        self.job = job
        self.concurrency = concurrency
        state = Locked(
            State(
                desks: Array(repeating: WorkerDesk(concurrency: concurrency), count: desks),
                trays: Array(repeating: ResultTray(run: .none, worker: worker), count: desks)))
    }

    /// Starts the threads.
    ///
    /// - Parameter deliver: called on the threads when it is time to empty the trays.
    func start(deliver: @escaping @Sendable () -> Void) throws(ZMQError) {
        for _ in 0..<concurrency {
            try DetachedThread.start(name: "job") { [self] in work(deliver) }
        }
    }

    /// Lets the threads end when they have done what they do.
    func end() {
        state.withLock { $0.isEnded = true }
        for _ in 0..<concurrency { wake.signal() }
    }

    /// Uses a desk; threads are woken if there is more to do then.
    func withDesk<Result>(_ index: Int, _ body: (inout WorkerDesk) throws -> Result) rethrows -> Result {
        let (result, woken) = try state.withLock { state in
            let result = try body(&state.desks[index])
            let woken = min(state.idleThreads, state.desks[index].waitingCount)
            state.idleThreads -= woken
            return (result, woken)
        }
        for _ in 0..<woken { wake.signal() }
        return result
    }

    /// Takes everything out of the trays.
    ///
    /// - Returns: a tray for each desk; none when all are empty.
    func emptyTrays() -> [ResultTray] {
        state.withLock { state in
            guard state.trayCount > 0 else { return [] }
            state.trayCount = 0
            let trays = state.trays
            for index in trays.indices { state.trays[index] = ResultTray(run: state.desks[index].run, worker: worker) }
            return trays
        }
    }

    /// Whether a thread is at work.
    var isBusy: Bool { state.withLock { $0.running > 0 } }

    private func work(_ deliver: () -> Void) {
        var now = Instant.now
        var done: (Assignment, JobOutcome)?
        while true {
            let step = state.withLock { state in
                if let (assignment, outcome) = done { put(outcome, of: assignment, at: now, &state) }
                return Self.nextStep(at: now, &state)
            }
            done = nil
            switch step {
            case .deliver: deliver()
            case .begin(let assignment): done = (assignment, job.run(assignment.task.text))
            case .rest: wake.wait()
            case .end: return
            }
            now = .now
        }
    }

    private func put(_ outcome: JobOutcome, of assignment: Assignment, at now: Instant, _ state: inout State) {
        state.running -= 1
        let (desk, run) = (assignment.desk, assignment.run)
        guard let nanoseconds = state.desks[desk].finish(assignment.task.number, of: run, at: now) else { return }
        if state.trays[desk].run != run {
            // What an earlier run has left is of no use any more.
            state.trayCount -= state.trays[desk].count
            state.trays[desk] = ResultTray(run: run, worker: worker)
        }
        if state.trayCount == 0 { state.trayFilled = now }
        state.trays[desk].add(outcome, of: assignment.task, nanoseconds: nanoseconds)
        state.trayCount += 1
    }

    private static func nextStep(at now: Instant, _ state: inout State) -> Step {
        if isDeliveryDue(at: now, state) { return .deliver }
        if state.isEnded { return .end }
        for offset in 0..<state.desks.count {
            let desk = (state.nextDesk + offset) % state.desks.count
            if let task = state.desks[desk].begin(at: now) {
                state.nextDesk = desk + 1
                state.running += 1
                return .begin(Assignment(desk: desk, run: state.desks[desk].run, task: task))
            }
        }
        state.idleThreads += 1
        return .rest
    }

    private static func isDeliveryDue(at now: Instant, _ state: State) -> Bool {
        guard state.trayCount > 0 else { return false }
        return state.trayCount >= enough || state.isEnded || now.nanoseconds(since: state.trayFilled) >= longestDelay
            || !state.desks.contains { $0.waitingCount > 0 }
    }
}
