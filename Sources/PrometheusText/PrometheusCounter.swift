import CoreMetrics
import Synchronization

/// A whole number that only grows.
final class PrometheusCounter: CounterHandler, Series {
    let name: SeriesName
    private let value = Atomic<Int64>(0)

    init(_ name: SeriesName) {
        self.name = name
    }

    func increment(by amount: Int64) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        value.store(0, ordering: .relaxed)
    }

    func write(to text: inout String) {
        text += "\(name.text()) \(value.load(ordering: .relaxed))\n"
    }
}
