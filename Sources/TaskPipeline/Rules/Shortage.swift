import SystemSupport

/// A worker's rules for when its machine lacks something: how many tasks it does at once, and when it tries more.
///
/// One that fails for want of memory, descriptors, processes or room on a disk is given back. From then on the worker does
/// no more than the others that it had begun, none of which was short of anything; after a pause it tries one more, and
/// with each one that is done, another.
public struct Shortage: Sendable {
    private let most: Int
    private var limit: Int
    private var pause = GrowingInterval(from: .milliseconds(500), upTo: .seconds(10))
    private var until: Moment?
    private var lastReason: String?
    private var lastTold: Moment?

    /// A reason is told again after this time.
    static let tellAgain = Duration.seconds(30)

    /// No shortage.
    ///
    /// - Parameter concurrency: the most tasks at once.
    public init(concurrency: Int) {
        most = concurrency
        limit = concurrency
    }

    /// How many tasks may be done at once.
    public func allowed(at now: Moment) -> Int {
        if let until, now < until { return min(limit, most) }
        return min(max(limit, 1), most)
    }

    /// Whether fewer are done than could be.
    public var isShort: Bool { limit < most }

    /// Notes that something was lacking.
    ///
    /// - Parameter running: the tasks that are being done meanwhile.
    /// - Returns: a line to be told; nil where it was told a short time ago.
    public mutating func note(_ reason: String, running: Int, at now: Moment) -> String? {
        restrict(to: running, at: now)
        if reason == lastReason, let lastTold, now - lastTold < Self.tellAgain { return nil }
        lastReason = reason
        lastTold = now
        return
            "\(reason): the task is given back, and no more than \(max(limit, 1)) at once are asked for until there is room again"
    }

    /// Whether a command may have failed because it lacked something that this machine is short of, as a shell does that
    /// cannot start what it is to run. Of one that was done alone nobody can say that others had it.
    ///
    /// - Parameter running: the tasks that are being done beside it.
    public func mayExplainFailure(running: Int) -> Bool { isShort && running > 0 }

    /// Notes a failure that it may explain: the task is tried again where there are fewer beside it, in the end none.
    public mutating func noteFailure(running: Int, at now: Moment) { restrict(to: running, at: now) }

    private mutating func restrict(to running: Int, at now: Moment) {
        limit = min(limit, running)
        until = now + pause.next()
    }

    /// Notes that a task was done.
    public mutating func noteDone(at now: Moment) {
        guard limit < most, until.map({ now >= $0 }) ?? true else { return }
        limit += 1
        guard limit >= most else { return }
        pause.reset()
        until = nil
    }
}
