public import SwiftZMQ

/// Random weather, as in ZeroMQ's classic example: temperatures in °F for places that have numbers.
public struct WeatherStation<Generator: RandomNumberGenerator> {
    /// The temperatures that are drawn.
    public static var temperatures: ClosedRange<Int> { -79...134 }

    private let topics: TopicRange
    private var generator: Generator

    /// A station that reports from the places of a range.
    public init(topics: TopicRange, generator: Generator) {
        self.topics = topics
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
        return format.message(topic: "\(topic)", payload: "\(temperature)")
    }
}
