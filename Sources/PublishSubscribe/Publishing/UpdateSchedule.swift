/// When updates are due that come so many a second. The time is passed in, as the time since the first.
///
/// The times are reckoned from the beginning, so that delays do not add up. Whoever was held up catches up, but with no
/// more than one second's worth: after a pause of the whole machine there is no flood.
public struct UpdateSchedule: Sendable {
    /// The time from one update to the next.
    public let interval: Duration
    private var next = Duration.zero

    /// A schedule whose first update is due at once.
    public init(interval: Duration) {
        self.interval = interval
    }

    /// How many updates are due by now, each of which is told once, and when the next one is.
    public mutating func due(at now: Duration) -> (count: Int, next: Duration) {
        guard next <= now else { return (0, next) }
        let elapsed = Int(clamping: (now - next).nanoseconds / Swift.max(interval.nanoseconds, 1)) + 1
        let most = Swift.max(1, Int(clamping: Duration.seconds(1).nanoseconds / Swift.max(interval.nanoseconds, 1)))
        next += interval * elapsed
        return (Swift.min(elapsed, most), next)
    }
}

extension Duration {
    /// Whole nanoseconds, which last for 292 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
