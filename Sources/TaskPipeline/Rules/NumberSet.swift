/// A set of task numbers, kept as ranges.
///
/// Tasks are done nearly in order, so that however many there are, a few ranges say which: all up to some number, and a
/// handful beyond it.
public struct NumberSet: Sendable {
    /// The ranges, in order; between two there is always a gap.
    public private(set) var ranges: [ClosedRange<TaskNumber>] = []
    /// Where the last number went: the next one mostly goes there, too.
    private var recent = 0

    /// The empty set.
    public init() {}

    /// A set of numbers.
    public init(_ numbers: some Sequence<TaskNumber>) {
        for number in numbers { insert(number) }
    }

    /// A set of ranges in any order, which may overlap.
    public init(ranges: some Sequence<ClosedRange<TaskNumber>>) {
        for range in ranges { insert(contentsOf: range) }
    }

    /// Whether no number is in it.
    public var isEmpty: Bool { ranges.isEmpty }

    /// How many numbers are in it.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Whether a number is in it.
    public func contains(_ number: TaskNumber) -> Bool {
        let index = firstRange(endingAtOrAfter: number)
        return index < ranges.count && ranges[index].contains(number)
    }

    /// Adds a number.
    ///
    /// - Returns: whether it was not in it before.
    @discardableResult
    public mutating func insert(_ number: TaskNumber) -> Bool {
        if recent < ranges.count, number > 0, ranges[recent].upperBound == number - 1,
            recent + 1 == ranges.count || ranges[recent + 1].lowerBound > number + 1
        {
            ranges[recent] = ranges[recent].lowerBound...number
            return true
        }
        let index = firstRange(endingAtOrAfter: number)
        if index < ranges.count, ranges[index].contains(number) { return false }
        insert(contentsOf: number...number)
        return true
    }

    /// Adds all numbers of a range.
    public mutating func insert(contentsOf range: ClosedRange<TaskNumber>) {
        // Every range that touches the new one, or is next to it, becomes part of it.
        let low = range.lowerBound == 0 ? 0 : range.lowerBound - 1
        let high = range.upperBound == .max ? .max : range.upperBound + 1
        let first = firstRange(endingAtOrAfter: low)
        var end = first
        var merged = range
        while end < ranges.count, ranges[end].lowerBound <= high {
            merged =
                Swift.min(
                    merged.lowerBound, ranges[end].lowerBound)...Swift.max(merged.upperBound, ranges[end].upperBound)
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: CollectionOfOne(merged))
        recent = first
    }

    /// Adds all numbers of another set.
    public mutating func formUnion(_ other: NumberSet) {
        for range in other.ranges { insert(contentsOf: range) }
    }

    /// Takes all numbers of another set out.
    public mutating func subtract(_ other: NumberSet) {
        guard !other.isEmpty else { return }
        var rest: [ClosedRange<TaskNumber>] = []
        for range in ranges {
            var low = range.lowerBound
            var isLeft = true
            var index = other.firstRange(endingAtOrAfter: low)
            while isLeft, index < other.ranges.count, other.ranges[index].lowerBound <= range.upperBound {
                let hole = other.ranges[index]
                if hole.lowerBound > low { rest.append(low...hole.lowerBound - 1) }
                if hole.upperBound >= range.upperBound { isLeft = false } else { low = hole.upperBound + 1 }
                index += 1
            }
            if isLeft { rest.append(low...range.upperBound) }
        }
        ranges = rest
        recent = 0
    }

    /// Takes everything out.
    public mutating func removeAll() {
        ranges.removeAll(keepingCapacity: true)
        recent = 0
    }

    private func firstRange(endingAtOrAfter number: TaskNumber) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension NumberSet: Hashable {
    /// Two sets are equal when they hold the same numbers.
    public static func == (one: NumberSet, other: NumberSet) -> Bool { one.ranges == other.ranges }

    /// Hashes the ranges.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ranges)
    }
}

extension NumberSet: Sequence {
    /// The numbers, in order.
    public func makeIterator() -> some IteratorProtocol<TaskNumber> {
        ranges.lazy.flatMap { $0 }.makeIterator()
    }
}

extension NumberSet: CustomStringConvertible {
    /// The ranges as text: `1-5,8`, or `-` for none.
    public var description: String {
        guard !isEmpty else { return "-" }
        return ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(_ text: some StringProtocol) {
        self.init()
        guard text != "-" else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { TaskNumber($0) }
            guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], low <= high else {
                return nil
            }
            insert(contentsOf: low...high)
        }
    }
}
