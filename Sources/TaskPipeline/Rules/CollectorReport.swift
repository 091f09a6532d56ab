/// What the collector has of a run since its last report. Applying one twice does no harm.
public struct CollectorReport: Hashable, Sendable {
    /// Counts the collector's reports.
    public var sequence: UInt64
    /// Tasks whose results are where they belong.
    public var done: NumberSet
    /// Those of them whose last attempt failed.
    public var failed: NumberSet
    /// Tasks whose results wait for those of earlier ones: not to be run again, and lost with the collector.
    public var held: NumberSet

    /// A report.
    public init(
        sequence: UInt64, done: NumberSet = NumberSet(), failed: NumberSet = NumberSet(), held: NumberSet = NumberSet()
    ) {
        self.sequence = sequence
        self.done = done
        self.failed = failed
        self.held = held
    }
}
