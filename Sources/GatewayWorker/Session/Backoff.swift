/// The growing pauses between attempts to reach a gateway.
struct Backoff {
    private let initial: Duration
    private let maximum: Duration
    private var next: Duration

    init(_ configuration: GatewayWorker.Configuration) {
        initial = max(configuration.initialReconnectDelay, .milliseconds(1))
        maximum = max(configuration.maximumReconnectDelay, initial)
        next = initial
    }

    /// The next pause.
    ///
    /// Up to a quarter longer by chance, so that a thousand workers of a gateway that has come back do not all knock
    /// in the same instant.
    mutating func pause() -> Duration {
        defer { next = min(next * 2, maximum) }
        return min(next * Double.random(in: 1...1.25), maximum)
    }

    /// Begins again with the shortest pause.
    mutating func reset() {
        next = initial
    }
}
