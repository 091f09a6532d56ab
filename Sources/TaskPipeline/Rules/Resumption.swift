/// What an earlier run has done and read, while the input is read again: whether it is the same is known once as much of it
/// has been read, and nothing is handed out before.
struct Resumption: Sendable {
    private let done: NumberSet
    private let failed: NumberSet
    private let digestOfDone: LineDigest
    private let earlier: InputRecord
    /// The last task that the earlier run has done, or has read and not done.
    private let last: TaskNumber
    private var actual = LineDigest()
    private var beginning = InputPart()
    /// Whether all of that has been read again.
    private(set) var hasReadAll: Bool

    init(_ results: RecoveredResults) {
        done = results.done
        failed = results.failed
        digestOfDone = results.digest
        earlier = results.input
        last = max(results.done.ranges.last?.upperBound ?? 0, results.input.read.count)
        hasReadAll = last == 0
    }

    /// Takes note of a task that is read: whether it is done, and failed; nil for one that is not done.
    ///
    /// - Parameters:
    ///   - digest: that of the task.
    ///   - read: all that has been read, the task included.
    mutating func note(_ number: TaskNumber, _ digest: LineDigest, _ read: InputPart) -> Bool? {
        guard number <= last else { return nil }
        if number == last { hasReadAll = true }
        if number == earlier.read.count { beginning = read }
        guard done.contains(number) else { return nil }
        actual.formUnion(digest)
        return failed.contains(number)
    }

    /// Whether an input is that of the earlier run; nil as long as that is not known.
    ///
    /// - Parameters:
    ///   - input: what is known of it.
    ///   - isAtEnd: whether it has been read to its end.
    ///   - isLookedAt: whether somebody is looking at the whole of it, and will say what that is.
    func isTheSame(_ input: InputRecord, isAtEnd: Bool, isLookedAt: Bool) -> Bool? {
        if let whole = earlier.whole {
            guard input.whole.map({ $0 == whole }) ?? (input.read.count <= whole.count) else { return false }
            if input.whole == nil, isLookedAt { return nil }
        }
        guard hasReadAll else { return isAtEnd ? false : nil }
        return actual == digestOfDone && (earlier.read.count == 0 || beginning == earlier.read)
    }
}
