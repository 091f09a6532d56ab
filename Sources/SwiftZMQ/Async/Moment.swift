/// A point in time, such as the deadline of one who waits.
///
/// `ContinuousClock.Instant` would do, but the size of it is known at run time only: a lock's value that holds one has
/// all its fields looked up in metadata, on every send and receive.
struct Moment: Comparable {
    private let sinceOrigin: Duration

    private static let origin = ContinuousClock.now

    static var now: Moment { Moment(sinceOrigin: ContinuousClock.now - origin) }

    static func < (one: Moment, other: Moment) -> Bool { one.sinceOrigin < other.sinceOrigin }

    static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(sinceOrigin: moment.sinceOrigin + duration)
    }

    static func - (one: Moment, other: Moment) -> Duration { one.sinceOrigin - other.sinceOrigin }
}
