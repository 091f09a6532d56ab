import Dispatch
import SwiftZMQ
import Synchronization

/// The threads on which a worker does its tasks, and the desks they take them from.
///
/// Each thread takes the next task of the desks in turn, so that one busy producer does not keep the others waiting. What
/// is done goes into a tray, which the worker's loop empties: at once when the threads run out of work, otherwise when
/// enough has gathered, so that a message carries many results where they come fast and none waits where they do not.
final class JobPool: Sendable {
    typealias Instant = Moment

    /// A task that was done.
    struct Finished: Sendable {
        let task: PipelineTask
        let run: RunID
        let outcome: JobOutcome
        let duration: Duration
    }

    struct State {
        var desks: [WorkerDesk]
        /// What was done, by desk.
        var trays: [[Finished]]
        var trayCount = 0
        /// When the first of what lies in the trays was done.
        var trayFilled: Instant?
        /// Whether the loop has been told of what lies in the trays.
        var isAnnounced = false
        var nextDesk = 0
        var running = 0
        var idleThreads = 0
        var isEnded = false
    }

    private static let enough = 250
    private static let longestDelay = Duration.milliseconds(1)

    private let job: any Job
    private let concurrency: Int
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    private let announce: @Sendable () -> Void

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - desks: how many producers are served.
    ///   - announce: called, on any thread, when there is something in the trays.
    init(
        desks: Int, concurrency: Int, job: any Job, announce: @escaping @Sendable () -> Void
    ) throws(ZMQError) {
        self.job = job
        self.concurrency = concurrency
        self.announce = announce
        state = Mutex(
            State(
                desks: Array(repeating: WorkerDesk(concurrency: concurrency), count: desks),
                trays: Array(repeating: [], count: desks)))
        for _ in 0..<concurrency {
            try DetachedThread.start(name: "job") { [self] in work() }
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
    func emptyTrays() -> [[Finished]] {
        state.withLock { state in
            state.isAnnounced = false
            state.trayFilled = nil
            guard state.trayCount > 0 else { return [] }
            state.trayCount = 0
            let trays = state.trays
            for index in trays.indices { state.trays[index] = [] }
            return trays
        }
    }

    /// Whether a thread is at work.
    var isBusy: Bool { state.withLock { $0.running > 0 } }

    private func work() {
        var now = Instant.now
        var done: (desk: Int, Finished)?
        while true {
            let next = state.withLock { state -> (isEnded: Bool, announces: Bool, desk: Int, PipelineTask?, RunID) in
                if let (desk, finished) = done { Self.put(finished, from: desk, at: now, &state) }
                let (desk, task) = state.isEnded ? (0, nil) : Self.nextTask(at: now, &state)
                if task == nil { state.idleThreads += 1 }
                let announces = Self.announces(isOutOfWork: task == nil, at: now, &state)
                return (state.isEnded, announces, desk, task, state.desks[desk].run)
            }
            done = nil
            if next.announces { announce() }
            guard let task = next.3 else {
                if next.isEnded { return }
                wake.wait()
                now = .now
                continue
            }
            let begun = now
            let outcome = job.run(task.text)
            now = .now
            done = (next.desk, Finished(task: task, run: next.4, outcome: outcome, duration: now - begun))
        }
    }

    private static func put(_ finished: Finished, from desk: Int, at now: Instant, _ state: inout State) {
        state.running -= 1
        let isWanted = state.desks[desk].finish(
            finished.task.number, of: finished.run, at: now, after: finished.duration)
        guard isWanted else { return }
        if state.trayCount == 0 { state.trayFilled = now }
        state.trays[desk].append(finished)
        state.trayCount += 1
    }

    private static func nextTask(at now: Instant, _ state: inout State) -> (desk: Int, PipelineTask?) {
        for offset in state.desks.indices {
            let desk = (state.nextDesk + offset) % state.desks.count
            if let task = state.desks[desk].begin(at: now) {
                state.nextDesk = desk + 1
                state.running += 1
                return (desk, task)
            }
        }
        return (0, nil)
    }

    private static func announces(isOutOfWork: Bool, at now: Instant, _ state: inout State) -> Bool {
        guard state.trayCount > 0, !state.isAnnounced else { return false }
        let isLate = state.trayFilled.map { now - $0 >= longestDelay } ?? false
        guard isOutOfWork || state.trayCount >= enough || isLate else { return false }
        state.isAnnounced = true
        return true
    }
}
