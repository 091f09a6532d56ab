/// What an earlier run has done, while the input is read again: whether it is the same is known once all of that has been
/// read, and nothing is handed out before.
struct Resumption: Sendable {
    private let done: NumberSet
    private let failed: NumberSet
    private let expected: LineDigest
    private let last: TaskNumber
    private var actual = LineDigest()
    private var hasReadAll = false

    init(_ results: RecoveredResults) {
        done = results.done
        failed = results.failed
        expected = results.digest
        last = done.ranges.last?.upperBound ?? 0
    }

    /// Takes note of a task that is read: whether it is done, and failed; nil for one that is not done.
    mutating func note(_ number: TaskNumber, _ text: ArraySlice<UInt8>) -> Bool? {
        guard number <= last else { return nil }
        if number == last { hasReadAll = true }
        guard done.contains(number) else { return nil }
        actual.add(number, text)
        return failed.contains(number)
    }

    /// Whether what was read is what was done; nil as long as that is not known.
    func isTheSame(atEnd: Bool) -> Bool? {
        guard hasReadAll else { return atEnd ? false : nil }
        return actual == expected
    }
}
