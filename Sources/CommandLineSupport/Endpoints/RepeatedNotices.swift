/// What is said of things that happen again and again: of each at once, and then at ever longer intervals. Time is passed in.
struct RepeatedNotices<Subject: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    private static var first: Duration { .seconds(10) }
    private static var longest: Duration { .seconds(600) }
    /// The most subjects that are remembered: whoever makes up new ones must not fill the memory.
    private static var most: Int { 1000 }

    private var next: [Subject: (time: Instant, interval: Duration)] = [:]

    /// How many subjects are remembered.
    var count: Int { next.count }

    /// Whether it is time to say it.
    mutating func isDue(_ subject: Subject, at now: Instant) -> Bool {
        guard let last = next[subject] else {
            if next.count >= Self.most { next.removeAll() }
            next[subject] = (now + Self.first, Self.first)
            return true
        }
        guard now >= last.time else { return false }
        let interval = min(last.interval * 2, Self.longest)
        next[subject] = (now + interval, interval)
        return true
    }
}
