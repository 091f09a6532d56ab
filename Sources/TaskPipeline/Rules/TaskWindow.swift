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
    var workers: [SessionID: WorkerRecord] = [:]
    /// The workers with room, in the order in which they are served.
    var asking: [SessionID] = []
    var collector: SessionID?
    var collectorHeard: Instant?
    /// The collector's reports that have arrived, and of which it has not been told.
    var unacknowledged = NumberSet()
    var replacedCollectors: Set<SessionID> = []
    var isInputAtEnd = false

    /// Whether somebody has asked to hand out nothing more.
    public internal(set) var isStopped = false
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
    /// So many tasks are worth a message to anybody.
    static let worthwhile = 500
    /// So many reports are acknowledged at once, unless it is time to.
    static let mostUnacknowledged = 64
    /// The most tasks, and bytes of tasks, in one message.
    static let largestBatch = (tasks: 1000, bytes: 1 << 20)

    /// An empty window.
    public init(run: RunID, settings: PipelineSettings) {
        self.run = run
        self.settings = settings
    }
}

// MARK: - Input

extension TaskWindow {
    /// Whether there is room for one more task.
    public var hasRoom: Bool { !isStopped && underWay.count < settings.window }

    /// Takes the next task of the input. Ask ``hasRoom`` before.
    public mutating func add(_ text: ArraySlice<UInt8>) {
        underWay.append(TaskUnderWay(text: text))
    }

    /// Says that there is no more input.
    public mutating func endInput() {
        isInputAtEnd = true
    }

    /// Says that nothing more is to be handed out; what workers have is waited for.
    public mutating func stop() {
        isStopped = true
    }

    /// The tasks read so far.
    public var readCount: UInt64 { underWay.nextNumber - 1 }

    /// Whether nothing is left to wait for but the collector's goodbye.
    public var isFinished: Bool {
        guard isStopped else { return isInputAtEnd && underWay.isEmpty }
        var isAnyOut = false
        underWay.forEach { _, task in if task.holder != nil { isAnyOut = true } }
        return !isAnyOut
    }

    /// How the run ends, once it is finished.
    public var ending: RunEnding { RunEnding(tasks: readCount, isInterrupted: isStopped) }
}
