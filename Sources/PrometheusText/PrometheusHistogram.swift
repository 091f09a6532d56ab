import CoreMetrics
import Synchronization

/// Counts values by size.
final class PrometheusHistogram: TimerHandler, RecorderHandler, Series {
    /// A count of its own, as atomic values cannot lie in an array.
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    let name: SeriesName
    private let bounds: [Double]
    /// One for each bound, and one without bound.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(_ name: SeriesName, _ bounds: [Double]) {
        self.name = name
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    func record(_ value: Double) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    func record(_ value: Int64) { record(Double(value)) }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func preferDisplayUnit(_ unit: TimeUnit) {}

    func write(to text: inout String) {
        // The whole count is that of the buckets as they are read, so that the lines agree with each other.
        var count: Int64 = 0
        for (index, bucket) in buckets.enumerated() {
            count += bucket.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? MetricText.number(bounds[index]) : "+Inf"
            text += "\(name.text(suffix: "_bucket", label: "le=\"\(bound)\"")) \(count)\n"
        }
        text += "\(name.text(suffix: "_sum")) \(MetricText.number(sum.value))\n"
        text += "\(name.text(suffix: "_count")) \(count)\n"
    }
}
