import SwiftZMQ

/// A publisher of random weather, twice a second: what `/weather/` of the demonstration reads.
public struct WeatherStation: Sendable {
    /// Where it can be subscribed to, by programs on the same machine: a name of the system's own that no file stands for,
    /// so that nothing is left of it however the process ends.
    public let endpoint: String

    /// Takes a name that no other station has.
    public init() {
        endpoint = "ipc://@webgateway-weather-" + String(UInt64.random(in: .min ... .max), radix: 16)
    }

    /// Publishes until the task is cancelled.
    ///
    /// - Throws: `ZMQError` where it cannot be bound.
    public func run() async throws {
        let context = try Context()
        let publisher = try Publisher(context)
        try publisher.bind(endpoint)
        var weather = Weather()
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            for (topic, report) in weather.next(using: &generator) {
                // Nobody who listens is the usual case, and no reason to end.
                _ = try? await publisher.send([Frame(topic), Frame(report)])
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
        await context.shutdown()
    }
}
