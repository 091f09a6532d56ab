/// When the gateway was last heard and when the worker is next to be heard.
struct Pulse {
    typealias Instant = ContinuousClock.Instant

    private let interval: Duration
    private let silence: Duration
    private var lastHeard: Instant
    private var nextHeartbeat: Instant

    init(_ configuration: GatewayWorker.Configuration, now: Instant = .now) {
        // A pulse without a pause would leave the processor none.
        interval = max(configuration.heartbeatInterval, .milliseconds(1))
        silence = interval * max(configuration.heartbeatLiveness, 1)
        lastHeard = now
        nextHeartbeat = now + interval
    }

    /// When something has to be done even if nothing comes.
    var nextEvent: Instant { min(nextHeartbeat, lastHeard + silence) }

    mutating func hear(at now: Instant) {
        lastHeard = now
    }

    func isSilent(at now: Instant) -> Bool { now >= lastHeard + silence }

    /// Whether a heartbeat is due, which is then taken to be sent.
    mutating func beats(at now: Instant) -> Bool {
        guard now >= nextHeartbeat else { return false }
        nextHeartbeat = now + interval
        return true
    }
}
