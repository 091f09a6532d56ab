/// When the gateway was last heard and when the worker is next to be heard.
struct HeartbeatTimer {
    typealias Instant = ContinuousClock.Instant

    private let interval: Duration
    private let silence: Duration
    private var lastHeard: Instant
    /// Until when the gateway does not count as silent.
    private var silenceCountsFrom: Instant
    private var nextHeartbeat: Instant

    init(_ configuration: GatewayWorker.Configuration, now: Instant = .now) {
        // A heartbeats without a pause would leave the processor none.
        interval = max(configuration.heartbeatInterval, .milliseconds(1))
        silence = interval * max(configuration.heartbeatLiveness, 1)
        lastHeard = now
        silenceCountsFrom = now
        nextHeartbeat = now + interval
    }

    /// When something has to be done even if nothing comes.
    var nextEvent: Instant { min(nextHeartbeat, endOfPatience) }

    /// When the gateway counts as silent if nothing comes.
    private var endOfPatience: Instant { max(lastHeard + silence, silenceCountsFrom) }

    /// Takes note of how late the worker has woken up.
    ///
    /// If it is more than an interval, the process stood still, and what the gateway said meanwhile may not have come
    /// through to it yet: it has an interval more.
    mutating func wokeUp(at now: Instant, expected: Instant) {
        if now - expected > interval { silenceCountsFrom = now + interval }
    }

    mutating func hear(at now: Instant) {
        lastHeard = now
    }

    func isSilent(at now: Instant) -> Bool { now >= endOfPatience }

    /// Whether a heartbeat is due, which is then taken to be sent.
    mutating func isDue(at now: Instant) -> Bool {
        guard now >= nextHeartbeat else { return false }
        nextHeartbeat = now + interval
        return true
    }
}
