/// How a producer hands its tasks out.
public struct PipelineSettings: Hashable, Sendable {
    /// The most tasks under way at once: read, and not yet done. Default 1000.
    public var window = 1000
    /// How long to wait for the result of a task that no worker says it has, before it is sent again. Default 10 s.
    public var retryAfter: Duration = .seconds(10)
    /// How often a task that fails is tried. Default 3.
    public var attempts = 3

    /// The defaults.
    public init() {}
}
