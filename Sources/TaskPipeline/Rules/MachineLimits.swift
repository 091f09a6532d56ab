/// What a machine has to have left for a worker to begin another task.
public struct MachineLimits: Hashable, Sendable {
    /// The load, divided by the number of processors, from which on none is begun; nil, the default, for any.
    public var load: Double?
    /// The bytes of memory below which none is begun; nil, the default, for any.
    public var freeMemory: Int?

    /// No limits.
    public init() {}

    /// Whether there are any.
    var isEmpty: Bool { load == nil && freeMemory == nil }

    /// Whether a task may be begun.
    ///
    /// - Parameters:
    ///   - load: the number of processes that want a processor, of `/proc/loadavg`; nil where it is not known.
    ///   - processors: how many there are.
    ///   - available: the memory that could be had, of `/proc/meminfo`; nil where it is not known.
    public func allow(load current: Double?, processors: Int, available: Int?) -> Bool {
        if let load, let current, current / Double(max(1, processors)) >= load { return false }
        if let freeMemory, let available, available < freeMemory { return false }
        return true
    }
}
