/// How a node behaves. The defaults are Kademlia's.
public struct NodeSettings: Sendable {
    /// How many nodes have each value, and how many a bucket has room for: k. Default 20, 1 to 64.
    public var replication = 20
    /// How many are asked at once: α. Default 3.
    public var parallelism = 3
    /// After how long a request has failed. Default 2 s. A lookup asks somebody else much earlier.
    public var requestTimeout = Instant.Span.seconds(2)
    /// The longest that a lookup waits for an answer before it asks somebody else. Default 500 ms; less where answers are
    /// usually fast.
    public var mostPatience = Instant.Span.milliseconds(500)
    /// The shortest. Default 40 ms.
    public var leastPatience = Instant.Span.milliseconds(40)
    /// How long a value is kept after its writer has stored it. Default 24 h.
    public var valueLife = Instant.Span.hours(24)
    /// The shortest life of a copy on the path of lookups. Default 1 min.
    public var leastCopyLife = Instant.Span.minutes(1)
    /// How often values are handed to those who are nearest to their keys. Default 1 h.
    public var republishInterval = Instant.Span.hours(1)
    /// After how long a bucket in whose range nobody was looked for is refreshed. Default 1 h.
    public var refreshInterval = Instant.Span.hours(1)
    /// How often a node looks for those nearest to itself. Default 10 min; besides soon after it has joined, and when nodes
    /// that had fallen silent are back.
    public var neighbourhoodInterval = Instant.Span.minutes(10)
    /// How often the node looks after what is due. Default 15 s.
    public var housekeepingInterval = Instant.Span.seconds(15)
    /// A node that was seen so recently is not asked whether it is there when another wants its place. Default 1 min.
    public var challengeInterval = Instant.Span.minutes(1)
    /// The most values that are kept. Default 1,000,000.
    public var mostValues = 1_000_000
    /// The most bytes of all values. Default 1 GiB.
    public var mostValueBytes = 1 << 30
    /// How many messages a second are taken from one peer: with CURVE from one key, without from one connection. Default
    /// 5,000.
    public var mostMessagesPerSecond = 5_000
    /// How many messages are taken from one peer at once. Default 10,000.
    public var mostMessagesAtOnce = 10_000
    /// Whether every identifier must be the digest of its owner's public key: for networks with CURVE. Default no.
    public var requiresKeys = false
    /// Whether ``NodeEvent/kept(_:_:)`` and ``NodeEvent/forgotten(_:)`` tell what is to be written to a file. Default no.
    public var reportsValues = false

    /// The defaults.
    public init() {}
}
