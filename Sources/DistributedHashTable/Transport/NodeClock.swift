import Glibc

/// The time as a node on a network is told it: from its start, by a clock that goes on while the machine sleeps.
///
/// Files tell times by the time of day. That may be set at any moment, as on a machine that learns what time it is after it has
/// started: a time is reckoned from what the time of day is now.
struct NodeClock: Sendable {
    private let start = ContinuousClock.now
    private let timeOfDay: @Sendable () -> Int64

    /// A clock that begins now.
    ///
    /// - Parameter timeOfDay: the seconds since 1970; by default by the system's clock.
    init(timeOfDay: @escaping @Sendable () -> Int64 = { NodeClock.systemTimeOfDay() }) { self.timeOfDay = timeOfDay }

    static func systemTimeOfDay() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    var now: Instant {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Instant(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// A time in seconds since 1970.
    func seconds(of instant: Instant) -> UInt64 {
        UInt64(max(0, timeOfDay() + (instant - now).microseconds / 1_000_000))
    }

    /// The time of a number of seconds since 1970.
    func instant(ofSeconds seconds: UInt64) -> Instant {
        let most = Int64.max / 2_000_000
        return now + Instant.Span(microseconds: (min(Int64(clamping: seconds), most) - timeOfDay()) * 1_000_000)
    }
}
