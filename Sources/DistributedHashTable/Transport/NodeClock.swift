import Glibc

/// The time as a node on a network is told it: from its start, by a clock that goes on while the machine sleeps.
struct NodeClock: Sendable {
    private let start = ContinuousClock.now
    /// The time of day when the clock began, in seconds since 1970, by which files tell times.
    private let wallStart: Int64

    init() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        wallStart = Int64(time.tv_sec)
    }

    var now: Instant {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Instant(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// A time in seconds since 1970.
    func seconds(of instant: Instant) -> UInt64 {
        UInt64(max(0, wallStart + instant.microseconds / 1_000_000))
    }

    /// The time of a number of seconds since 1970.
    func instant(ofSeconds seconds: UInt64) -> Instant {
        let most = Int64.max / 2_000_000
        return Instant(microseconds: (min(Int64(clamping: seconds), most) - wallStart) * 1_000_000)
    }
}
