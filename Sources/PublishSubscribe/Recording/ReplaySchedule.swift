/// When the updates of a recording are due. The time is passed in, as the time since the first.
///
/// The times are reckoned from the beginning, so that delays do not add up. Where the clock of whoever recorded was set
/// back, no time passes.
public struct ReplaySchedule: Sendable {
    private let speed: Double?
    private var last: Timestamp?
    private var due = Duration.zero
    /// When the first update of this time through is due.
    private var begun = Duration.zero

    /// A schedule whose first update is due at once.
    ///
    /// - Parameter speed: how much faster than it was recorded; nil for as fast as possible.
    public init(speed: Double?) {
        self.speed = speed
    }

    /// When the next update is due, which came at a time.
    public mutating func due(_ time: Timestamp) -> Duration {
        guard let speed else { return .zero }
        if let last {
            let passed = Double(max(0, time.microseconds - last.microseconds)) / speed
            due += .nanoseconds(Int64(min(passed * 1000, 9e18)))
        }
        last = time
        return due
    }

    /// Begins the recording again: its first update is due when its last was, or a second later where all came at once,
    /// which would otherwise be published without a pause for ever.
    public mutating func begin() {
        if last != nil, due == begun { due += .seconds(1) }
        last = nil
        begun = due
    }
}
