import SystemSupport

/// The growing pauses between attempts to reach a gateway.
struct Backoff {
    private let maximum: Duration
    private var interval: GrowingInterval

    init(_ configuration: GatewayWorker.Configuration) {
        let initial = max(configuration.initialReconnectDelay, .milliseconds(1))
        maximum = max(configuration.maximumReconnectDelay, initial)
        interval = GrowingInterval(from: initial, upTo: maximum)
    }

    /// The next pause.
    ///
    /// Up to a quarter longer by chance, so that a thousand workers of a gateway that has come back do not all knock
    /// in the same instant.
    mutating func pause() -> Duration { min(interval.next() * Double.random(in: 1...1.25), maximum) }

    /// Begins again with the shortest pause.
    mutating func reset() { interval.reset() }
}
