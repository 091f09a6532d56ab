/// What a simulated network does to messages.
public struct SimulatedNetwork: Sendable {
    /// The shortest and the longest time that a message is under way; as each takes a time of its own, they overtake each
    /// other. Default 10 to 100 ms.
    public var latency = Instant.Span.milliseconds(10)...Instant.Span.milliseconds(100)
    /// The share of messages that are lost. Default none.
    public var loss = 0.0
    /// The share of messages that arrive twice. Default none.
    public var duplication = 0.0
    /// Whether every message is written to bytes and read again, as it would be on its way. Default no.
    public var encodes = false

    /// A network that loses nothing.
    public init() {}
}
