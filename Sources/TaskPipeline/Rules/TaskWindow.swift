import SwiftZMQ

/// The producer's rules: which tasks are under way, who has them, and what has to be sent again.
///
/// A task is read into the window, handed to a worker that asks, and leaves the window when the collector says that its
/// result is where it belongs. In between it may come back: a worker returns it, an attempt fails, or nobody has spoken
/// of it for too long. Every message may be lost, doubled or late; none of that makes a task be forgotten.
public struct TaskWindow: Sendable {
    /// A moment, passed in by whoever has a clock.
    public typealias Instant = Moment

    struct WorkerRecord: Sendable {
        var connection: Frame
        var heard: Instant
        /// When it last said which tasks it has.
        var listed: Instant?
        /// How many tasks it was sent on this connection, and received before it.
        var sent: UInt64 = 0
        var lastSent: Instant?
        /// How many more it can take.
        var room = 0
        /// How many it does at once.
        var concurrency = 1
        /// How many of the tasks that it was sent are not done, as far as is known.
        var out = 0
        /// Whether it is among those that ask.
        var isAsking = false
        var name = ""
        /// Since when it has been known.
        var since: Instant
        /// Whether its connection is gone.
        var isUnreachable = false
        /// A task that it was given alone, as others have died with it.
        var isolated: TaskNumber?
        /// How many results it cannot deliver.
        var undelivered = 0
    }

    /// The run that all of this is.
    public let run: RunID
    /// What it was made with.
    public let settings: PipelineSettings

    var underWay = TasksUnderWay()
    /// The first task that was never handed out.
    var nextFresh: TaskNumber = 1
    /// The tasks that are to be handed out again.
    var again: [TaskNumber] = []
    /// Those that are not to be tried again before a moment, in the order of these.
    var delayed: [(due: Instant, number: TaskNumber)] = []
    /// Those that are handed out alone, so that it shows whether they are what kills workers.
    var suspects: [TaskNumber] = []
    /// The worker that is sent nothing until it is free for one of these.
    var drained: SessionID?
    var lastHandOut: Instant?
    /// The bytes of the tasks that are under way.
    var bytesUnderWay = 0
    /// Whether this run goes on with an earlier one, and has to learn from the collector what is done.
    public let resumes: Bool
    /// Whether it has learnt that.
    public internal(set) var isRecovered = false
    /// What is done before it is read.
    var resumption: Resumption?
    /// What is known of the input.
    public internal(set) var input = InputRecord()
    /// Whether somebody looks at the whole input while it is read.
    var isInputLookedAt = false
    /// What the collector was told of the whole input.
    var toldWhole: InputPart?
    /// The line that names the columns.
    public private(set) var header: ArraySlice<UInt8> = []
    var workers: [SessionID: WorkerRecord] = [:]
    /// The workers with room, in the order in which they are served.
    var asking: [SessionID] = []
    var collector: SessionID?
    var collectorHeard: Instant?
    /// The collector's reports that have arrived, and of which it has not been told.
    var unacknowledged = NumberSet()
    var replacedCollectors: Set<SessionID> = []
    var isInputAtEnd = false
    var pace = Pace()
    var recentFailures: [RunStatus.Failure] = []
    /// A worker whose results do not reach the collector, as far as can be told: its name, a task, and how often it has done it.
    var astray: (worker: String, task: TaskNumber, times: Int)?

    /// Whether somebody has asked to hand out nothing more.
    public internal(set) var isStopped = false
    /// Whether too many tasks have failed.
    public internal(set) var isHalted = false
    /// The tasks that were done before this run, and were read again.
    public internal(set) var resumedCount: UInt64 = 0
    /// The tasks that were given up because workers died with them.
    public internal(set) var lostCount: UInt64 = 0
    /// Whether the collector has everything and knows it.
    public internal(set) var hasCollectorEnded = false
    /// The tasks whose results are where they belong.
    public internal(set) var doneCount: UInt64 = 0
    /// Those of them whose last attempt failed.
    public internal(set) var failedCount: UInt64 = 0
    /// How often a task was sent again because nobody spoke of it.
    public internal(set) var resentCount: UInt64 = 0

    /// A worker or a collector that is silent for as long is not counted, and is sent nothing.
    static let silence = Duration.seconds(3)
    /// As long as a worker has been heard within this time, of which its heartbeat is a quarter, it has what it said it had,
    /// even if a task is to be sent again after a shorter time.
    static let pulse = Duration.seconds(1)
    /// A list of tasks is believed for so many times the time after which others are sent again, as long as the worker's
    /// connection is there: one that is cut off for a while is not dead.
    static let belief = 3
    /// The time after which a task is sent again whose result has not come, though its worker lives, doubles so often.
    static let mostDoublings = 5
    /// So many tasks are worth a message to anybody.
    static let worthwhile = 1000
    /// So many reports are acknowledged at once, unless it is time to.
    static let mostUnacknowledged = 64
    /// The most tasks, and bytes of tasks, in one message.
    static let largestBatch = (tasks: 1000, bytes: 1 << 20)

    /// An empty window.
    ///
    /// - Parameter resumes: whether the run goes on with an earlier one; nothing is read then before it is known what that
    ///   has done.
    public init(run: RunID, settings: PipelineSettings, resumes: Bool = false) {
        self.resumes = resumes
        self.run = run
        self.settings = settings
    }
}

// MARK: - Input

extension TaskWindow {
    /// Whether there is room for one more task.
    public var hasRoom: Bool {
        guard !isEnding, !resumes || isRecovered else { return false }
        // What an earlier run had under way is read whole, however much it was: before, nothing is handed out.
        return resumption.map { !$0.hasReadAll } ?? false
            || underWay.count < settings.window && (bytesUnderWay < settings.windowBytes || underWay.isEmpty)
    }

    /// Whether nothing more is handed out.
    public var isEnding: Bool { isStopped || isHalted }

    /// Takes the next task of the input. Ask ``hasRoom`` before.
    public mutating func add(_ text: ArraySlice<UInt8>) { text.withUnsafeBytes { add($0) } }

    /// Takes the next task of the input, copying its text. Ask ``hasRoom`` before.
    public mutating func add(_ text: UnsafeRawBufferPointer) {
        let number = underWay.nextNumber
        let digest = LineDigest(of: number, text)
        input.read.add(digest)
        underWay.append(text)
        bytesUnderWay += text.count
        guard let isFailure = resumption?.note(number, digest, input.read) else { return }
        finish(number...number)
        doneCount += 1
        resumedCount += 1
        if isFailure { failedCount += 1 }
    }

    /// Says which line names the columns of the tasks. To be called before the first task is added.
    public mutating func setHeader(_ header: ArraySlice<UInt8>) {
        self.header = header
        header.withUnsafeBytes { input.read.add(header: $0) }
    }

    /// Says what is done before it is read. To be called before the first task is added.
    public mutating func recover(_ results: RecoveredResults) {
        guard resumes, !isRecovered else { return }
        isRecovered = true
        resumption = Resumption(results)
    }

    /// Whether the input so far is that of the run that is gone on with; nil until that is known.
    public var isInputTheSame: Bool? {
        // Before it is known what that run was, nothing is known.
        guard let resumption else { return resumes ? nil : true }
        return resumption.isTheSame(input, isAtEnd: isInputAtEnd, isLookedAt: isInputLookedAt)
    }

    /// Ends tasks that are done.
    mutating func finish(_ range: ClosedRange<TaskNumber>, each: (TaskNumber, TaskUnderWay) -> Void = { _, _ in }) {
        var bytes = 0
        underWay.finish(range) { number, task in
            bytes += task.text.count
            each(number, task)
        }
        bytesUnderWay -= bytes
    }

    /// Says that there is no more input.
    public mutating func endInput() {
        isInputAtEnd = true
        input.whole = input.read
        haltIfDue()
    }

    /// Says that somebody looks at the whole input while it is read; ``expect(_:)`` says what came of it.
    public mutating func lookAtInput() {
        isInputLookedAt = true
    }

    /// Says what the whole input is, where that is known before it is read.
    public mutating func expect(_ whole: InputPart?) {
        isInputLookedAt = false
        if input.whole == nil { input.whole = whole }
    }

    /// How many tasks there are, once that is known.
    public var total: UInt64? { input.whole?.count }

    /// Whether too many have failed.
    mutating func haltIfDue() {
        switch settings.halt {
        case .tasks(let limit): isHalted = isHalted || failedCount >= limit
        case .percent(let limit):
            guard isInputAtEnd, readCount > 0 else { return }
            isHalted = isHalted || Double(failedCount) * 100 >= limit * Double(readCount) && failedCount > 0
        case nil: break
        }
    }

    /// Says that nothing more is to be handed out; what workers have is waited for.
    public mutating func stop() {
        isStopped = true
    }

    /// The tasks read so far.
    public var readCount: UInt64 { underWay.nextNumber - 1 }

    /// Whether nothing is left to wait for but the collector's goodbye.
    public var isFinished: Bool {
        guard isEnding else { return isInputAtEnd && underWay.isEmpty }
        var isAnyOut = false
        underWay.forEach { _, task in if task.holder != nil { isAnyOut = true } }
        return !isAnyOut
    }

    /// How the run ends, once it is finished.
    public var ending: RunEnding { RunEnding(tasks: readCount, isInterrupted: isStopped, isHalted: isHalted) }
}
