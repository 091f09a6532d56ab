// The pipeline's rules as values without sockets or a clock: the producer's window and retries, the hand-out to workers,
// the collector's duplicate filter and order. The program `pipeline` puts sockets around them.

/// The place of a task in its input, counted from 1.
public struct TaskNumber: Hashable, Comparable, Sendable {
    /// The number itself.
    public let rawValue: UInt64

    /// A task's place, counted from 1.
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Tasks are ordered as they stood in the input.
    public static func < (one: TaskNumber, other: TaskNumber) -> Bool { one.rawValue < other.rawValue }
}
