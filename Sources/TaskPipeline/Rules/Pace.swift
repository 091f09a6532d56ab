/// How fast tasks are done, since some seconds ago.
struct Pace: Sendable {
    private var samples: [(done: UInt64, at: Moment)] = []

    static let span = Duration.seconds(5)

    /// Takes note of how many are done.
    mutating func note(done: UInt64, at now: Moment) {
        if let last = samples.last, now - last.at < .milliseconds(500) { return }
        samples.append((done, now))
        while samples.count > 2, now - samples[1].at >= Self.span { samples.removeFirst() }
    }

    /// How many are done in a second.
    mutating func rate(done: UInt64, at now: Moment) -> Double {
        note(done: done, at: now)
        guard let first = samples.first, first.at < now, done >= first.done else { return 0 }
        return Double(done - first.done) / ((now - first.at) / .seconds(1))
    }
}
