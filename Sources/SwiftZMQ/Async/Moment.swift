/// A point in time, such as the deadline of one who waits.
///
/// `ContinuousClock.Instant` would do, but its size is known only at run time: the fields of a structure that contains one
/// would have to be looked up in metadata on every send and receive.
struct Moment: Comparable {
    private let sinceOrigin: Duration

    private static let origin = ContinuousClock.now

    static var now: Moment { Moment(sinceOrigin: ContinuousClock.now - origin) }

    static func < (one: Moment, other: Moment) -> Bool { one.sinceOrigin < other.sinceOrigin }

    /// The instant that lies a duration after another, however long that is; see `Duration.bounded`.
    static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(sinceOrigin: moment.sinceOrigin + duration.bounded)
    }

    static func - (one: Moment, other: Moment) -> Duration { one.sinceOrigin - other.sinceOrigin }
}
