/// A clock that stands still while this program does: stopped by a signal, or kept from the processor.
///
/// What others said meanwhile waits to be read. By this clock they were not silent.
public struct PresenceClock: Sendable {
    private var last: Moment?
    private var missed = Duration.zero

    /// Who looks at the clock less often was not there.
    static let longestGap = Duration.seconds(1)

    /// A clock that has not been looked at.
    public init() {}

    /// The time, for a moment of the system's. To be asked several times a second.
    public mutating func time(at now: Moment) -> Moment {
        if let last, now - last > Self.longestGap { missed += now - last }
        last = max(last ?? now, now)
        return now - missed
    }
}
