/// An interval that doubles from one time to the next, up to a longest: between attempts, or between notices.
package struct GrowingInterval: Sendable {
    private let first: Duration
    private let longest: Duration
    /// The interval that comes next.
    private var upcoming: Duration

    package init(from first: Duration, upTo longest: Duration) {
        self.first = first
        self.longest = longest
        upcoming = first
    }

    /// The interval whose turn it is; the one after it is twice as long.
    package mutating func next() -> Duration {
        defer { upcoming = min(upcoming * 2, longest) }
        return upcoming
    }

    /// Begins anew with the first.
    package mutating func reset() { upcoming = first }
}
