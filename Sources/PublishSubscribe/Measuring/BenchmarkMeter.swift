import Histogram

/// What one subscriber of a benchmark has received. Times are nanoseconds since 1970, passed in.
public struct BenchmarkMeter: Sendable {
    /// The messages.
    public private(set) var received: UInt64 = 0
    /// Their bytes.
    public private(set) var bytes: UInt64 = 0
    /// How many the publisher has sent, once it has said so.
    public internal(set) var sent: UInt64?

    private var first: UInt64?
    private var last: UInt64 = 0
    // Up to an hour, in three digits.
    private var latencies = Histogram<UInt64>(
        highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .three)

    /// Nothing yet.
    public init() {}

    /// Takes a message into account.
    public mutating func record(_ content: BenchmarkMessage.Content, size: Int, at now: UInt64) {
        switch content {
        case .end(let sent): self.sent = sent
        case .update(_, let sent):
            received += 1
            bytes += UInt64(size)
            if first == nil { first = sent }
            last = now
            // Another machine's clock may be ahead.
            latencies.record(min(now > sent ? now - sent : 0, 3_600_000_000_000))
        }
    }

    /// Adds what another subscriber has received.
    public mutating func add(_ other: BenchmarkMeter) {
        received += other.received
        bytes += other.bytes
        first = [first, other.first].compactMap { $0 }.min()
        last = max(last, other.last)
        latencies.add(other.latencies)
    }

    /// The seconds from the first message's departure to the last one's arrival.
    public var seconds: Double { first.map { Double(last - min($0, last)) / 1e9 } ?? 0 }

    /// The latency in microseconds that a share of the messages stayed below; nil where there was none.
    func latency(_ percentile: Double) -> Double? {
        received == 0 ? nil : Double(latencies.valueAtPercentile(percentile)) / 1000
    }
}
