import SystemSupport

/// What a producer says about those it waits for: once when they are missing for some time, once when they are there.
struct ProducerWatch: Sendable {
    typealias Instant = Moment

    private struct Partner: Sendable {
        let endpoint: String
        let missing: String
        let present: String
        var lastSeen: Instant
        var isMissed = false

        mutating func news(isThere: Bool, at now: Instant) -> String? {
            if isThere {
                defer { isMissed = false }
                lastSeen = now
                return isMissed ? present : nil
            }
            guard !isMissed, now - lastSeen >= .seconds(2), !isWithinProcess(endpoint) else { return nil }
            isMissed = true
            return missing
        }
    }

    private var workers: Partner
    private var collector: Partner
    /// Since when a worker has had results that it cannot deliver, and when to say so next.
    private var stuck: (since: Instant, next: Instant, pause: Duration)?
    /// When to say next that results do not reach the collector.
    private var nextAstray: Instant?
    private var astrayPause = GrowingInterval(from: .seconds(10), upTo: .seconds(600))

    init(tasks: String, done: String, start: Instant) {
        workers = Partner(
            endpoint: tasks,
            missing: "no worker asks for tasks at \(tasks); waiting for one: pipeline work --tasks … --results …",
            present: "a worker is there", lastSeen: start)
        collector = Partner(
            endpoint: done,
            missing: "no collector reports at \(done); waiting for one: pipeline collect --results … --done …",
            present: "a collector is there", lastSeen: start)
    }

    mutating func news(
        workers count: Int, hasCollector: Bool, undelivered: (worker: String, count: Int)? = nil,
        astray: (worker: String, task: TaskNumber, times: Int)? = nil, at now: Instant
    ) -> [String] {
        [
            workers.news(isThere: count > 0, at: now), collector.news(isThere: hasCollector, at: now),
            news(of: undelivered, at: now), news(ofAstray: astray, at: now),
        ].compactMap(\.self)
    }

    private mutating func news(
        ofAstray astray: (worker: String, task: TaskNumber, times: Int)?, at now: Instant
    ) -> String? {
        guard let astray, nextAstray.map({ now >= $0 }) ?? true else { return nil }
        nextAstray = now + astrayPause.next()
        return
            "task \(astray.task) was done \(astray.times) times, last by \(astray.worker), and its result has not come to "
            + "the collector; does --results there name the endpoint of this run's collector?"
    }

    private mutating func news(of undelivered: (worker: String, count: Int)?, at now: Instant) -> String? {
        guard let undelivered else {
            stuck = nil
            return nil
        }
        let last = stuck ?? (now, now + .seconds(5), .seconds(5))
        stuck = last
        guard now >= last.next else { return nil }
        stuck = (last.since, now + last.pause * 2, last.pause * 2)
        return "\(undelivered.worker) has \(undelivered.count) results that no collector takes, for "
            + "\((now - last.since).components.seconds) s; does its --results name the endpoint of the collector?"
    }
}
