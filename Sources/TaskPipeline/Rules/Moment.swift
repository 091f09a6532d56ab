import Glibc

/// A moment of the rules' time, to the nanosecond.
///
/// It is one word, and its size is known when the program is compiled, which that of `ContinuousClock.Instant` is not:
/// a record for each task that holds one of those costs a call each time it is copied.
public struct Moment: Hashable, Comparable, Sendable {
    private let nanoseconds: Int64

    /// The present, by a clock that is never set.
    public static var now: Moment {
        var time = timespec()
        let code = clock_gettime(CLOCK_MONOTONIC, &time)
        precondition(code == 0, "the system has no monotonic clock")
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Whether one comes before the other.
    public static func < (one: Moment, other: Moment) -> Bool { one.nanoseconds < other.nanoseconds }

    /// A later moment, or with a negative duration an earlier one; as late as can be said if that is later still.
    public static func + (moment: Moment, duration: Duration) -> Moment {
        let (seconds, attoseconds) = duration.components
        let (scaled, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !isBeyond else { return Moment(nanoseconds: seconds > 0 ? .max : .min) }
        let (sum, overflows) = moment.nanoseconds.addingReportingOverflow(scaled &+ attoseconds / 1_000_000_000)
        return Moment(nanoseconds: overflows ? (seconds > 0 ? .max : .min) : sum)
    }

    /// Moves a moment on.
    public static func += (moment: inout Moment, duration: Duration) { moment = moment + duration }

    /// An earlier moment.
    public static func - (moment: Moment, duration: Duration) -> Moment { moment + (.zero - duration) }

    /// The time that has passed between two moments.
    public static func - (one: Moment, other: Moment) -> Duration { .nanoseconds(one.nanoseconds - other.nanoseconds) }

    /// The nanoseconds that have passed since an earlier moment, for what is done for each task.
    func nanoseconds(since earlier: Moment) -> Int64 { nanoseconds - earlier.nanoseconds }
}
