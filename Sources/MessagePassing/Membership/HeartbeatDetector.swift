/// Finds out which ranks do not answer any more, by when each was heard last, and which cannot be reached although they live.
///
/// Each rank sends a heartbeat to each other in every interval, and hears theirs. Times are counted from any common start.
///
/// One that has not been heard yet is not given up: where many ranks start at once, it may take long until all are connected.
struct HeartbeatDetector: Sendable {
    /// The time between two heartbeats.
    let interval: Duration
    private let rank: Int
    private var lastHeard: [Duration?]
    /// When connections broke.
    private var broken: [Int: Duration] = [:]
    private var given: Set<Int> = []
    private var lastLook: Duration

    init(rank: Int, size: Int, interval: Duration, now: Duration) {
        self.rank = rank
        self.interval = interval
        lastHeard = Array(repeating: nil, count: size)
        lastLook = now
    }

    /// How long a rank may be silent: three heartbeats are missing then, the third by a quarter of an interval, which is the
    /// time that the others have to agree on it, so that all know within three intervals.
    var patience: Duration { interval * 11 / 4 }

    /// How often ``look(at:)`` is to be called.
    var lookInterval: Duration { interval / 20 }

    /// The other ranks that have not been heard yet.
    var unheard: [Int] { lastHeard.indices.filter { $0 != rank && lastHeard[$0] == nil } }

    /// Notes that something came from a rank; whether it was the first.
    @discardableResult
    mutating func heard(from rank: Int, at now: Duration) -> Bool {
        defer { lastHeard[rank] = now }
        return lastHeard[rank] == nil
    }

    /// Notes that the connection broke over which messages go to a rank, some of which may be lost. Whether the rank is dead
    /// or lives on, and would wait for them for ever, is known when a whole interval is over.
    mutating func connectionBroke(to rank: Int, at now: Duration) { broken[rank] = broken[rank] ?? now }

    /// The ranks that have been given up since the last look: those that were silent for too long, and those that were heard
    /// for an interval after the connection to them broke.
    ///
    /// If this rank itself did not look for a whole interval, because it was stopped or got no processor, it cannot tell who
    /// was silent meanwhile: all get their full time once more.
    mutating func look(at now: Duration) -> [Int] {
        if now - lastLook > interval {
            lastHeard = lastHeard.map { $0.map { _ in now } }
            broken = broken.mapValues { _ in now }
        }
        lastLook = now
        let lost = lastHeard.indices.filter { other in
            guard other != rank, !given.contains(other), let heard = lastHeard[other] else { return false }
            let isCutOff = broken[other].map { heard - $0 >= interval } ?? false
            return isCutOff || now - heard >= patience
        }
        given.formUnion(lost)
        return lost
    }
}
