/// How far a run is, for whoever asks.
public struct RunStatus: Hashable, Sendable {
    /// A worker that has been heard lately.
    public struct Worker: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// How many tasks it has.
        public var tasks: UInt64
        /// For how long it has been known, in seconds.
        public var seconds: Double
    }

    /// A task that a worker has.
    public struct Task: Hashable, Sendable {
        /// Its number.
        public var number: TaskNumber
        /// The line of the input.
        public var text: ArraySlice<UInt8>
        /// For how long the worker has had it, in seconds.
        public var seconds: Double
    }

    /// A task whose attempt has failed.
    public struct Failure: Hashable, Sendable {
        /// Its number.
        public var number: TaskNumber
        /// The line of the input.
        public var text: ArraySlice<UInt8>
        /// What the attempt ended with, as ``TaskStatus`` says.
        public var status: Int32
    }

    /// The tasks whose results are where they belong.
    public var done: UInt64 = 0
    /// How many there are, where that is known.
    public var total: UInt64?
    /// How many have been read.
    public var read: UInt64 = 0
    /// How many have failed for good.
    public var failed: UInt64 = 0
    /// How many are done in a second, over the last seconds.
    public var rate: Double = 0
    /// The workers, those with most tasks first.
    public var workers: [Worker] = []
    /// The tasks that workers have had for longest.
    public var slowest: [Task] = []
    /// The last attempts that failed.
    public var failures: [Failure] = []

    /// How long it takes at this rate; nil where that cannot be said.
    public var secondsLeft: Double? {
        guard let total, rate > 0, total >= done else { return nil }
        return Double(total - done) / rate
    }

    static let mostListed = 10
    static let longestText = 1 << 10
}
