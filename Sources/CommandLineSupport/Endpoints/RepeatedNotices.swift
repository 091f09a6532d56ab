import SystemSupport

/// What is said of things that happen again and again: of each at once, and then at ever longer intervals. Time is passed in.
struct RepeatedNotices<Subject: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    private static var interval: GrowingInterval { GrowingInterval(from: .seconds(10), upTo: .seconds(600)) }
    /// The most subjects that are remembered: whoever makes up new ones must not fill the memory.
    private static var most: Int { 1000 }

    private var next: [Subject: (time: Instant, interval: GrowingInterval)] = [:]

    /// How many subjects are remembered.
    var count: Int { next.count }

    /// Whether it is time to say it.
    mutating func isDue(_ subject: Subject, at now: Instant) -> Bool {
        let last = next[subject]
        if let last, now < last.time { return false }
        if last == nil, next.count >= Self.most { next.removeAll() }
        var interval = last?.interval ?? Self.interval
        next[subject] = (now + interval.next(), interval)
        return true
    }
}
