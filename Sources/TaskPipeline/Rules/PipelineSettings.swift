/// How a producer hands its tasks out.
public struct PipelineSettings: Hashable, Sendable {
    /// The most tasks under way at once: read, and not yet done. Default 20,000.
    ///
    /// What short tasks cost is the messages that they travel in, and their acknowledgements. With 1000 under way, each of
    /// the four hops holds a few hundred; with many more, messages are full.
    public var window = 20_000
    /// The most bytes of tasks under way at once; one task may have more. Default 64 MiB.
    public var windowBytes = 64 << 20
    /// How long to wait for the result of a task that no worker says it has, before it is sent again. Default 10 s.
    public var retryAfter: Duration = .seconds(10)
    /// How often a task that fails is tried. Default 3.
    public var attempts = 3
    /// How often a worker may die with a task before it is given up. Default 3.
    public var mostLosses = 3
    /// How long to wait before a task is tried for the second time; before each later time, twice as long, up to
    /// ``longestBackOff``. Default half a second.
    public var backOff: Duration = .milliseconds(500)
    /// The shortest time from one task that is handed out to the next. Default none.
    public var delay: Duration = .zero
    /// After so many failed tasks nothing more is handed out; nil, the default, for never.
    public var halt: HaltLimit?

    /// The longest time between two attempts.
    public static let longestBackOff = Duration.seconds(30)

    /// How many failed tasks are too many.
    public enum HaltLimit: Hashable, Sendable {
        /// So many.
        case tasks(UInt64)
        /// So many percent of all, once the input has been read.
        case percent(Double)
    }

    /// The defaults.
    public init() {}
}
