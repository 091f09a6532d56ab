/// How far a producer is.
public struct ProducerStatus: Hashable, Sendable {
    /// The tasks that were read.
    public var read: UInt64
    /// The tasks whose results are where they belong.
    public var done: UInt64
    /// Those of them whose last attempt failed.
    public var failed: UInt64
    /// How often a task was sent again because nobody spoke of it.
    public var resent: UInt64
    /// The tasks that were done before this run.
    public var resumed: UInt64
    /// The tasks that were given up, as their workers died with them.
    public var lost: UInt64
    /// The workers that have been heard lately.
    public var workers: Int
    /// Whether it was stopped before all was done.
    public var isInterrupted: Bool
    /// Whether it was stopped because too many failed.
    public var isHalted: Bool
}
