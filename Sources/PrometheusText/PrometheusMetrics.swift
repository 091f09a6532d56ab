public import CoreMetrics
import Synchronization

/// Keeps what a program counts through swift-metrics, and writes it in the text format that Prometheus reads.
///
/// ```swift
/// let metrics = PrometheusMetrics()
/// MetricsSystem.bootstrap(metrics)
/// Counter(label: "jobs_total", dimensions: [("kind", "mail")]).increment()
/// print(metrics.text())
/// // # TYPE jobs_total counter
/// // jobs_total{kind="mail"} 1
/// ```
///
/// Counters are counters, meters are gauges, timers are histograms in seconds; a recorder that aggregates is a
/// histogram, and one that does not is a gauge with the last value. What is made twice with the same name and
/// dimensions is one series. Characters that a name may not have become `_`; a second kind of metric under one name is
/// shown under the name with `_` and the kind behind it.
///
/// Counting takes a few atomic operations and no lock; making and destroying takes one.
public final class PrometheusMetrics: MetricsFactory, Sendable {
    /// Upper bounds of a histogram's buckets that fit times in seconds, from half a millisecond to a minute.
    public static let secondsBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// All series of one name.
    struct Family {
        let kind: SeriesKind
        /// By their labels as they are written.
        var series: [String: any Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])
    private let bounds: [Double]
    private let help: [String: String]

    /// Makes a registry without series.
    ///
    /// - Parameters:
    ///   - buckets: the upper bounds of all histograms' buckets, ascending; one without bound comes on top.
    ///   - help: a sentence for each name, shown above its series.
    public init(buckets: [Double] = secondsBuckets, help: [String: String] = [:]) {
        bounds = buckets.sorted()
        self.help = help
    }

    // MARK: Making

    /// A counter of whole numbers.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { PrometheusCounter($0) }
    }

    /// A counter of fractions.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { PrometheusSum($0) }
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { PrometheusGauge($0) }
    }

    /// A histogram, or a gauge with the last value where it does not aggregate.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            series(label, dimensions, .histogram) { [bounds] in PrometheusHistogram($0, bounds) }
        } else {
            series(label, dimensions, .gauge) { PrometheusGauge($0) }
        }
    }

    /// A histogram of times in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { [bounds] in PrometheusHistogram($0, bounds) }
    }

    // MARK: Destroying

    /// Shows a counter no more.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Shows a counter no more.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    /// Shows a gauge no more.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Shows a histogram or a gauge no more.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Shows a histogram no more.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// Everything that is counted, in the text format 0.0.4, ordered by names and labels.
    public func text() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if let sentence = help[name] { text += "# HELP \(name) \(MetricText.escapedHelp(sentence))\n" }
            text += "# TYPE \(name) \(family.kind)\n"
            for (_, series) in family.series.sorted(by: { $0.key < $1.key }) { series.write(to: &text) }
        }
        return text
    }

    private func series<Handler: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: SeriesKind, _ make: (SeriesName) -> Handler
    ) -> Handler {
        let labels = MetricText.labels(dimensions)
        return families.withLock { families in
            var family = MetricText.name(label)
            // Two kinds of handler may share a kind of metric: an integer and a floating-point counter, say.
            while let known = families[family],
                known.kind != kind || known.series[labels].map({ !($0 is Handler) }) ?? false
            {
                family += "_\(kind)"
            }
            if let known = families[family]?.series[labels] as? Handler { return known }
            let handler = make(SeriesName(family: family, labels: labels))
            families[family, default: Family(kind: kind)].series[labels] = handler
            return handler
        }
    }

    private func remove(_ handler: AnyObject) {
        guard let series = handler as? any Series else { return }
        families.withLock { families in
            guard families[series.name.family]?.series[series.name.labels] === series else { return }
            families[series.name.family]?.series[series.name.labels] = nil
            if families[series.name.family]?.series.isEmpty == true { families[series.name.family] = nil }
        }
    }
}
