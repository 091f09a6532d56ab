/// How far a collector is.
public struct CollectorStatus: Hashable, Sendable {
    /// The results that it has written.
    public var written: UInt64
    /// Those of all that are written whose last attempt failed.
    public var failed: UInt64
    /// Results that were there before, or of another run.
    public var dropped: UInt64
    /// Results that wait for those of earlier tasks.
    public var held: Int
    /// Whether the producer has said that all tasks are done.
    public var isComplete: Bool
    /// Whether the producer has said that too many failed.
    public var isHalted: Bool
}
