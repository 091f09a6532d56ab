/// How fast a count grows, over the last few seconds.
public struct RateMeter: Sendable {
    /// A moment, passed in by whoever has a clock.
    public typealias Instant = ContinuousClock.Instant

    private var samples: [(count: UInt64, at: Instant)] = []
    private let span: Duration

    /// A meter that has seen nothing.
    ///
    /// - Parameter span: over how long it looks back. Default 5 s.
    public init(span: Duration = .seconds(5)) {
        self.span = span
    }

    /// The growth per second up to now; nil before there are two counts at different times.
    public mutating func rate(count: UInt64, at now: Instant) -> Double? {
        samples.append((count, now))
        // One from before the span stays, so that there is something to compare with.
        while samples.count > 2, now - samples[1].at >= span { samples.removeFirst() }
        guard let first = samples.first, first.at < now, count >= first.count else { return nil }
        let elapsed = (now - first.at) / .seconds(1)
        return Double(count - first.count) / elapsed
    }
}
