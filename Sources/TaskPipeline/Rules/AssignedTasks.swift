/// A worker's rules: the tasks that one producer has given it, and when it asks for more or gives some back.
public struct AssignedTasks: Sendable {
    /// A moment, passed in by whoever has a clock.
    public typealias Instant = Moment

    /// The run that its tasks belong to.
    public private(set) var run = RunID.none

    private let concurrency: Int
    private var prefetch: Prefetch
    /// Tasks that have not been begun, from `first` on.
    private var queue: [PipelineTask] = []
    private var first = 0
    /// As many as are done at once at most.
    private var begun: [(number: TaskNumber, at: Instant)] = []
    private var received: UInt64 = 0
    /// The last ask: how many tasks had been received, and the room that was told.
    private var lastAsk: WorkerAsk?
    /// When a task was last begun or done.
    private var lastProgress: Instant?
    /// Whether it ends, and wants no more.
    private var isLeaving = false

    /// Tasks that wait for as long while none is done are given back.
    static let patience = Duration.milliseconds(100)

    /// No tasks.
    ///
    /// - Parameter concurrency: how many tasks the worker does at once.
    public init(concurrency: Int) {
        self.concurrency = concurrency
        prefetch = Prefetch(concurrency: concurrency)
    }

    /// Whether there are none.
    public var isEmpty: Bool { waitingCount == 0 && begun.isEmpty }

    /// How many tasks could be begun.
    public var waitingCount: Int { queue.count - first }

    /// Takes tasks in. Those of an earlier run that have not been begun are dropped: nobody wants their results.
    public mutating func receive(_ batch: TaskBatch, at now: Instant) {
        if batch.run != run {
            queue.removeAll(keepingCapacity: true)
            first = 0
            begun.removeAll()
            run = batch.run
        }
        received += UInt64(batch.tasks.count)
        if first == queue.count {
            queue = batch.tasks
            first = 0
        } else {
            queue += batch.tasks
        }
        if begun.isEmpty { lastProgress = now }
    }

    /// The next task to do; nil when there is none.
    public mutating func begin(at now: Instant) -> PipelineTask? {
        guard first < queue.count else { return nil }
        let task = queue[first]
        first += 1
        // What has been done is not kept until the whole queue has.
        if first >= 1024 {
            queue.removeSubrange(..<first)
            first = 0
        }
        begun.append((task.number, now))
        lastProgress = now
        return task
    }

    /// Notes that a task is done.
    ///
    /// - Returns: how long it took, in nanoseconds; nil when nobody wants to know, as it is of an earlier run.
    public mutating func finish(_ number: TaskNumber, of run: RunID, at now: Instant) -> Int64? {
        guard run == self.run, let index = begun.firstIndex(where: { $0.number == number }) else { return nil }
        let nanoseconds = now.nanoseconds(since: begun[index].at)
        begun.remove(at: index)
        prefetch.observe(nanoseconds: nanoseconds)
        lastProgress = now
        return nanoseconds
    }

    /// What to tell the producer, if that is worth a message by now.
    public mutating func ask() -> WorkerAsk? {
        let room = room
        // What was told and has not been used up by what came since.
        let told = lastAsk.map { $0.room - Int(clamping: received - $0.received) } ?? 0
        guard room - told >= max(1, prefetch.target / 2) else { return nil }
        let ask = WorkerAsk(received: received, room: room, concurrency: concurrency, tasks: nil)
        lastAsk = ask
        return ask
    }

    /// What to tell the producer now and then even if nothing happens.
    public mutating func heartbeat() -> WorkerAsk {
        let tasks = NumberSet((queue[first...].map(\.number) + begun.map(\.number)).sorted())
        let ask = WorkerAsk(received: received, room: room, concurrency: concurrency, tasks: tasks)
        lastAsk = ask
        return ask
    }

    /// The tasks to give back, because others may do them sooner: for some time none was done.
    public mutating func tasksToReturn(at now: Instant) -> NumberSet? {
        guard waitingCount > 0, let lastProgress, now - lastProgress >= Self.patience else { return nil }
        prefetch.observe(nanoseconds: now.nanoseconds(since: lastProgress))
        return clear()
    }

    /// Wants no more tasks, and gives back those that have not been begun.
    public mutating func leave() -> NumberSet {
        isLeaving = true
        return clear()
    }

    private mutating func clear() -> NumberSet {
        let numbers = NumberSet(queue[first...].map(\.number).sorted())
        queue.removeAll(keepingCapacity: true)
        first = 0
        return numbers
    }

    private var room: Int {
        isLeaving ? 0 : max(0, prefetch.target - waitingCount - begun.count)
    }
}
