/// The collector's rules for results: each passes once, and in the order of the tasks where that is wanted.
public struct ResultSequencer: Sendable {
    /// What is to become of a result.
    public enum Admission: Hashable, Sendable {
        /// It is written now.
        case write
        /// It is held back until those before it have come.
        case hold
        /// It was held back before, and still is.
        case holdStill
        /// It was there before.
        case drop
    }

    private let isOrdered: Bool
    /// The tasks whose results have passed.
    private var passed: NumberSet
    private var held: [TaskNumber: TaskResult] = [:]
    /// The first task whose result has not passed.
    private var next: TaskNumber = 1

    /// Makes one through which nothing has passed but what is named.
    ///
    /// - Parameters:
    ///   - isOrdered: whether results pass in the order of the tasks.
    ///   - done: the tasks whose results have passed before.
    public init(isOrdered: Bool, done: NumberSet = NumberSet()) {
        self.isOrdered = isOrdered
        passed = done
        skipPassed()
    }

    /// How many results are held back.
    public var heldCount: Int { held.count }

    /// Decides on a result; one that is to be written has passed.
    public mutating func admit(_ result: TaskResult) -> Admission {
        guard isOrdered else { return admit(result.number) }
        guard result.number >= next, !passed.contains(result.number) else { return .drop }
        guard held[result.number] == nil else { return .holdStill }
        guard result.number == next else {
            held[result.number] = result
            return .hold
        }
        passed.insert(result.number)
        skipPassed()
        return .write
    }

    /// Decides on a result where the order does not matter.
    mutating func admit(_ number: TaskNumber) -> Admission { passed.insert(number) ? .write : .drop }

    /// The next result that was held back and need not be any more; call it until it is nil.
    public mutating func release() -> TaskResult? {
        guard let result = held.removeValue(forKey: next) else { return nil }
        passed.insert(next)
        skipPassed()
        return result
    }

    /// What is held back, in order, for an end before those came that it waits for.
    public mutating func releaseAll() -> [TaskResult] {
        let results = held.values.sorted { $0.number < $1.number }
        held.removeAll()
        for result in results { passed.insert(result.number) }
        return results
    }

    private mutating func skipPassed() {
        // A few ranges say what has passed; the one that holds `next` says how far.
        guard isOrdered, let range = passed.ranges.first(where: { $0.upperBound >= next }), range.contains(next)
        else { return }
        next = range.upperBound + 1
    }
}
