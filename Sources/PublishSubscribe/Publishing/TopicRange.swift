/// The topics of random updates: the whole numbers of a range, `9999-10004`.
public struct TopicRange: Hashable, Sendable, CustomStringConvertible {
    /// The numbers, both ends included.
    public let numbers: ClosedRange<Int>

    /// A range of topics.
    public init(_ numbers: ClosedRange<Int>) {
        self.numbers = numbers
    }

    /// Reads `FIRST-LAST`, or one number for a single topic; nil for anything else, and for a range that runs backwards.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last, first <= last else {
            return nil
        }
        self.numbers = first...last
    }

    /// The range as it is written.
    public var description: String { "\(numbers.lowerBound)-\(numbers.upperBound)" }
}
