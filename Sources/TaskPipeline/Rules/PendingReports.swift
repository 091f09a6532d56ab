/// The collector's rules for telling the producer what it has: everything is said until it has been acknowledged.
public struct PendingReports: Sendable {
    /// A moment, passed in by whoever has a clock.
    public typealias Instant = Moment

    private var pending = CollectorReport(sequence: 0)
    private var lastSequence: UInt64 = 0
    private var sent: [(report: CollectorReport, at: Instant)] = []

    /// How long to wait for an acknowledgement before a report is sent again.
    static let patience = Duration.seconds(1)

    /// Nothing to report.
    public init() {}

    /// Whether the producer has acknowledged everything.
    public var isClear: Bool { sent.isEmpty && !hasUnsent }

    /// Notes a result that is where it belongs.
    public mutating func noteDone(_ number: TaskNumber, hasFailed: Bool) {
        pending.done.insert(number)
        if hasFailed { pending.failed.insert(number) }
    }

    /// Notes results that were where they belong before.
    public mutating func noteDone(_ numbers: NumberSet, failed: NumberSet) {
        pending.done.formUnion(numbers)
        pending.failed.formUnion(failed)
    }

    /// Notes a result that is held back.
    public mutating func noteHeld(_ number: TaskNumber) {
        pending.held.insert(number)
    }

    /// What has been noted since the last report; nil for nothing.
    public mutating func nextReport(at now: Instant) -> CollectorReport? {
        guard hasUnsent else { return nil }
        lastSequence += 1
        pending.sequence = lastSequence
        let report = pending
        pending = CollectorReport(sequence: 0)
        sent.append((report, now))
        return report
    }

    /// Reports to send again.
    public mutating func overdueReports(at now: Instant) -> [CollectorReport] {
        var overdue: [CollectorReport] = []
        for index in sent.indices where now - sent[index].at >= Self.patience {
            sent[index].at = now
            overdue.append(sent[index].report)
        }
        return overdue
    }

    /// The producer has some reports.
    public mutating func acknowledge(_ sequences: NumberSet) {
        sent.removeAll { sequences.contains($0.report.sequence) }
    }

    private var hasUnsent: Bool { !pending.done.isEmpty || !pending.held.isEmpty }
}
