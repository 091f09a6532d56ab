public import SwiftZMQ

/// Random weather, as in ZeroMQ's classic example: temperatures in °F for places that have numbers.
public struct WeatherStation<Generator: RandomNumberGenerator> {
    /// The temperatures that are drawn.
    public static var temperatures: ClosedRange<Int> { -79...134 }

    /// The humidities that are drawn, in percent.
    public static var humidities: ClosedRange<Int> { 10...59 }

    private let topics: TopicRange
    private let payload: WeatherPayload
    private var generator: Generator

    /// A station that reports from the places of a range.
    public init(topics: TopicRange, payload: WeatherPayload = .temperature, generator: Generator) {
        self.topics = topics
        self.payload = payload
        self.generator = generator
    }

    /// The next report.
    public mutating func next() -> (topic: Int, temperature: Int) {
        (
            Int.random(in: topics.numbers, using: &generator),
            Int.random(in: Self.temperatures, using: &generator)
        )
    }

    /// The next report as it travels.
    public mutating func next(format: WireFormat) -> Message {
        let (topic, temperature) = next()
        switch payload {
        case .temperature: return format.message(topic: "\(topic)", payload: "\(temperature)")
        case .temperatureHumidity:
            let humidity = Int.random(in: Self.humidities, using: &generator)
            return format.message(topic: "\(topic)", payload: "\(temperature) \(humidity)")
        }
    }
}
