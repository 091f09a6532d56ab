import CoreMetrics

/// A number that goes up and down.
final class PrometheusGauge: MeterHandler, RecorderHandler, Series {
    let name: SeriesName
    private let value = AtomicDouble()

    init(_ name: SeriesName) {
        self.name = name
    }

    func set(_ value: Int64) { self.value.value = Double(value) }
    func set(_ value: Double) { self.value.value = value }
    func increment(by amount: Double) { value.add(amount) }
    func decrement(by amount: Double) { value.add(-amount) }
    func record(_ value: Int64) { self.value.value = Double(value) }
    func record(_ value: Double) { self.value.value = value }

    func write(to text: inout String) {
        text += "\(name.text()) \(MetricText.number(value.value))\n"
    }
}
