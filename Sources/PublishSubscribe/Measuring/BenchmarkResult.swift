/// What came of a benchmark.
public struct BenchmarkResult: Sendable {
    private let sent: UInt64
    private let subscribers: Int
    private let meter: BenchmarkMeter

    /// - Parameters:
    ///   - sent: the messages that were published.
    ///   - meters: what each subscriber has received.
    public init(sent: UInt64, meters: [BenchmarkMeter]) {
        self.sent = sent
        subscribers = meters.count
        meter = meters.reduce(into: BenchmarkMeter()) { $0.add($1) }
    }

    private var lost: UInt64 {
        let wanted = sent * UInt64(subscribers)
        return wanted - min(meter.received, wanted)
    }

    private func perSecond(_ count: UInt64) -> Double { meter.seconds > 0 ? Double(count) / meter.seconds : 0 }

    private static let percentiles = [("p50", 50.0), ("p99", 99), ("p99_9", 99.9), ("max", 100)]

    /// One object of JSON.
    public var json: String {
        let latencies = Self.percentiles.map { name, percentile in
            "\"\(name)\":\(meter.latency(percentile).map(PayloadStatistics.oneDecimal) ?? "null")"
        }
        return "{\"sent\":\(sent),\"received\":\(meter.received),\"lost\":\(lost),"
            + "\"messages_per_second\":\(PayloadStatistics.oneDecimal(perSecond(meter.received))),"
            + "\"bytes_per_second\":\(PayloadStatistics.oneDecimal(perSecond(meter.bytes))),"
            + "\"latency_us\":{\(latencies.joined(separator: ","))}}"
    }

    /// Lines for people.
    public var text: [String] {
        let latencies = Self.percentiles.map { name, percentile in
            let value = meter.latency(percentile).map { "\(PayloadStatistics.oneDecimal($0)) us" } ?? "-"
            return "\(name.replacing("_", with: ".")) \(value)"
        }
        let of = subscribers == 1 ? "" : " by \(subscribers) subscribers"
        return [
            "sent        \(sent)",
            "received    \(meter.received)\(of)",
            "lost        \(lost)",
            "throughput  \(Quantity.rate(perSecond(meter.received)))/s, \(Quantity.bytes(perSecond(meter.bytes)))/s",
            "latency     \(latencies.joined(separator: ", "))",
        ]
    }
}
