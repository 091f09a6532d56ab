import CoreMetrics
import Synchronization

/// A number that only grows, by fractions too.
final class PrometheusSum: FloatingPointCounterHandler, Series {
    let name: SeriesName
    private let value = AtomicDouble()

    init(_ name: SeriesName) {
        self.name = name
    }

    func increment(by amount: Double) {
        value.add(amount)
    }

    func reset() {
        value.value = 0
    }

    func write(to text: inout String) {
        text += "\(name.text()) \(MetricText.number(value.value))\n"
    }
}

/// A number that threads change without a lock.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double {
        get { Double(bitPattern: bits.load(ordering: .relaxed)) }
        set { bits.store(newValue.bitPattern, ordering: .relaxed) }
    }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
