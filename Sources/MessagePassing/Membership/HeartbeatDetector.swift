/// Finds out which ranks do not answer any more, by when each was heard last.
///
/// Each rank sends a heartbeat to each other in every interval, and hears theirs. Times are counted from any common start.
struct HeartbeatDetector: Sendable {
    /// The time between two heartbeats.
    let interval: Duration
    private let rank: Int
    private var lastHeard: [Duration]
    private var given: Set<Int> = []
    private var lastLook: Duration

    init(rank: Int, size: Int, interval: Duration, now: Duration) {
        self.rank = rank
        self.interval = interval
        lastHeard = Array(repeating: now, count: size)
        lastLook = now
    }

    /// How long a rank may be silent: three heartbeats are missing then, the third by a quarter of an interval, which is the
    /// time that the others have to agree on it, so that all know within three intervals.
    var patience: Duration { interval * 11 / 4 }

    /// How often ``look(at:)`` is to be called.
    var lookInterval: Duration { interval / 20 }

    /// Notes that something came from a rank.
    mutating func heard(from rank: Int, at now: Duration) { lastHeard[rank] = now }

    /// The ranks that have been given up since the last look.
    ///
    /// If this rank itself did not look for a whole interval, because it was stopped or got no processor, it cannot tell who
    /// was silent meanwhile: all get their full time once more.
    mutating func look(at now: Duration) -> [Int] {
        if now - lastLook > interval { lastHeard = lastHeard.map { _ in now } }
        lastLook = now
        let silent = lastHeard.indices.filter { $0 != rank && !given.contains($0) && now - lastHeard[$0] >= patience }
        given.formUnion(silent)
        return silent
    }
}
