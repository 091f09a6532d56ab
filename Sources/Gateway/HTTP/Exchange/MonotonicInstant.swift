/// A moment on a clock that never goes back, in nanoseconds since a beginning that has no meaning outside the process.
///
/// An exchange compares and adds such moments, and asks no clock: whoever drives it says what time it is.
struct MonotonicInstant: Comparable, Sendable {
    let nanoseconds: Int64

    /// One that never comes.
    static var distantFuture: MonotonicInstant { MonotonicInstant(nanoseconds: .max) }

    static func < (one: MonotonicInstant, other: MonotonicInstant) -> Bool { one.nanoseconds < other.nanoseconds }

    /// The moment when some time has passed; the distant future where that is too far off for a number of 64 bits.
    static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (length, isLonger) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        let (sum, isDistant) = instant.nanoseconds.addingReportingOverflow(length)
        return isTooLong || isLonger || isDistant ? .distantFuture : MonotonicInstant(nanoseconds: sum)
    }

    /// The whole microseconds that have passed since an earlier moment.
    func microseconds(since earlier: MonotonicInstant) -> Int64 { (nanoseconds - earlier.nanoseconds) / 1000 }
}
