/// How a run came to its end.
public struct RunEnding: Hashable, Sendable {
    /// The tasks that were read.
    public var tasks: UInt64
    /// Whether it ended before all of them were done, because somebody asked.
    public var isInterrupted: Bool
    /// Whether it ended before all of them were done, because too many failed.
    public var isHalted: Bool

    /// An end.
    public init(tasks: UInt64, isInterrupted: Bool, isHalted: Bool = false) {
        self.tasks = tasks
        self.isInterrupted = isInterrupted
        self.isHalted = isHalted
    }
}
