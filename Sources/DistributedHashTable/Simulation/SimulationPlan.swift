/// What is to happen in a simulation that measures: nodes join, values are stored, nodes die, and then everything is looked
/// for.
public struct SimulationPlan: Sendable {
    /// How many nodes there are. Default 10,000.
    public var nodes = 10_000
    /// The share of nodes that die at one stroke once the values are stored. Default none.
    public var failedFraction = 0.0
    /// The share of nodes that die every minute, each of which is followed by a new one. Default none.
    public var churnPerMinute = 0.0
    /// For how long the network is cut in two halves once the values are stored; in the middle of that time each half stores
    /// as many values more. Default not at all.
    public var partition = Instant.Span.zero
    /// How long the network lives between that and everything's being looked for. Default 1 min.
    public var duration = Instant.Span.minutes(1)
    /// How many values are stored. Default 1,000.
    public var values = 1_000
    /// What determines everything that happens. Default 1.
    public var seed: UInt64 = 1
    /// What happens to messages.
    public var network = SimulatedNetwork()
    /// How nodes behave.
    public var settings = NodeSettings()

    /// The defaults.
    public init() {}

    /// Runs it.
    public func run() -> SimulationReport {
        var run = SimulationRun(self)
        return run.run()
    }
}
