/// A worker's rules: the tasks that one producer has given it, and when it asks for more or gives some back.
public struct AssignedTasks: Sendable {
    /// A moment, passed in by whoever has a clock.
    public typealias Instant = Moment

    /// The run that its tasks belong to.
    public private(set) var run = RunID.none
    /// The line that names the columns of its tasks.
    public private(set) var header: ArraySlice<UInt8> = []

    private let name: String
    private let concurrency: Int
    private var prefetch: Prefetch
    /// Tasks that have not been begun, as they came.
    private var queue: [TaskList] = []
    /// How many tasks could be begun.
    public private(set) var waitingCount = 0
    /// What threads have taken and not done: one task each, or, of a brief job, some at once.
    private var begun: [(number: TaskNumber, at: Instant)] = []
    /// Tasks that are done and whose results have not left: they are not to be done again.
    private var undelivered = NumberSet()
    private var received: UInt64 = 0
    /// The last ask: how many tasks had been received, and the room that was told.
    private var lastAsk: WorkerAsk?
    /// When a task was last begun or done.
    private var lastProgress: Instant?
    /// Whether it ends, and wants no more.
    private var isLeaving = false
    /// Whether results pile up so that no more are wanted.
    private var isCongested = false

    /// Tasks that wait for as long while none is done are given back.
    static let patience = Duration.milliseconds(100)

    /// No tasks.
    ///
    /// - Parameters:
    ///   - concurrency: how many tasks the worker does at once.
    ///   - name: what the records of its results call it.
    public init(concurrency: Int, name: String = "") {
        self.concurrency = concurrency
        self.name = name
        prefetch = Prefetch(concurrency: concurrency)
    }

    /// Whether there are none.
    public var isEmpty: Bool { waitingCount == 0 && begun.isEmpty }

    /// Takes tasks in. Those of an earlier run that have not been begun are dropped: nobody wants their results.
    public mutating func receive(_ batch: TaskBatch, at now: Instant) {
        if batch.run != run {
            queue.removeAll(keepingCapacity: true)
            waitingCount = 0
            begun.removeAll()
            undelivered.removeAll()
            run = batch.run
            lastAsk = nil
        }
        header = batch.header
        received += UInt64(batch.tasks.count)
        if !batch.tasks.isEmpty { queue.append(batch.tasks) }
        waitingCount += batch.tasks.count
        if begun.isEmpty { lastProgress = now }
    }

    /// The next task to do; nil when there is none.
    public mutating func begin(at now: Instant) -> PipelineTask? { begin(upTo: 1, at: now).first }

    /// The next tasks to do, up to a number, which one thread does one after the other: tasks that came together.
    public mutating func begin(upTo count: Int, at now: Instant) -> TaskList {
        guard !queue.isEmpty else { return TaskList() }
        let tasks = queue[0].removeFirst(upTo: count)
        if queue[0].isEmpty { queue.removeFirst() }
        waitingCount -= tasks.count
        tasks.forEachNumber { begun.append(($0, now)) }
        lastProgress = now
        return tasks
    }

    /// Notes that tasks are done which were begun together.
    ///
    /// - Parameter done: the tasks in the order in which they were begun, and how long each took, in nanoseconds.
    /// - Returns: whether they are of the present run; if not, nobody wants to know.
    public mutating func finish(
        _ done: [(number: TaskNumber, nanoseconds: Int64)], of run: RunID, at now: Instant
    ) -> Bool {
        guard run == self.run else { return false }
        var next = 0
        begun.removeAll { task in
            guard next < done.count, task.number == done[next].number else { return false }
            next += 1
            return true
        }
        for (number, _) in done[next...] {
            // One that was sent twice, and begun in another order.
            if let index = begun.firstIndex(where: { $0.number == number }) { begun.remove(at: index) }
        }
        for (_, nanoseconds) in done { prefetch.observe(nanoseconds: nanoseconds) }
        lastProgress = now
        return true
    }

    /// Notes that a task is done.
    ///
    /// - Parameters:
    ///   - start: when its turn came, where it was taken together with others; nil, the default, for when it was taken.
    /// - Returns: how long it took, in nanoseconds; nil when nobody wants to know, as it is of an earlier run.
    public mutating func finish(
        _ number: TaskNumber, of run: RunID, from start: Instant? = nil, at now: Instant
    ) -> Int64? {
        guard run == self.run, let index = begun.firstIndex(where: { $0.number == number }) else { return nil }
        let nanoseconds = now.nanoseconds(since: start ?? begun[index].at)
        begun.remove(at: index)
        prefetch.observe(nanoseconds: nanoseconds)
        lastProgress = now
        return nanoseconds
    }

    /// Notes that a task is given back although it was begun, as this machine lacks what it takes.
    ///
    /// - Returns: whether it is of the present run.
    public mutating func giveUp(_ number: TaskNumber, of run: RunID, at now: Instant) -> Bool {
        guard run == self.run, let index = begun.firstIndex(where: { $0.number == number }) else { return false }
        begun.remove(at: index)
        lastProgress = now
        return true
    }

    /// Notes the tasks whose results have not left, and whether there are so many that no more are wanted.
    public mutating func noteUndelivered(_ numbers: NumberSet, isCongested: Bool) {
        undelivered = numbers
        self.isCongested = isCongested
    }

    /// What to tell the producer, if that is worth a message by now.
    ///
    /// - Parameter allowed: how many it can do at once at present.
    public mutating func ask(allowed: Int? = nil) -> WorkerAsk? {
        let room = room(allowed)
        // What was told and has not been used up by what came since.
        let told = lastAsk.map { $0.room - Int(clamping: received - $0.received) } ?? 0
        guard room - told >= max(1, prefetch.target / 2) else { return nil }
        let ask = WorkerAsk(received: received, room: room, concurrency: allowed ?? concurrency, tasks: nil)
        lastAsk = ask
        return ask
    }

    /// What to tell the producer now and then even if nothing happens.
    public mutating func heartbeat(allowed: Int? = nil) -> WorkerAsk {
        var tasks = NumberSet((waitingNumbers + begun.map(\.number)).sorted())
        tasks.formUnion(undelivered)
        let ask = WorkerAsk(
            received: received, room: room(allowed), concurrency: max(1, allowed ?? concurrency), tasks: tasks,
            name: name,
            undelivered: undelivered.count)
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

    /// Drops the tasks that have not been begun: nobody wants their results any more.
    ///
    /// - Returns: which these are.
    public mutating func drop() -> NumberSet { clear() }

    private mutating func clear() -> NumberSet {
        let numbers = NumberSet(waitingNumbers.sorted())
        queue.removeAll(keepingCapacity: true)
        waitingCount = 0
        return numbers
    }

    private var waitingNumbers: [TaskNumber] {
        var numbers: [TaskNumber] = []
        numbers.reserveCapacity(waitingCount)
        for tasks in queue { tasks.forEachNumber { numbers.append($0) } }
        return numbers
    }

    private func room(_ allowed: Int?) -> Int {
        guard !isLeaving, !isCongested else { return 0 }
        var target = prefetch.target
        if let allowed, allowed < concurrency { target = min(target, allowed) }
        return max(0, target - waitingCount - begun.count)
    }
}
