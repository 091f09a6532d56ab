import Synchronization

/// Counts the connections of all event loops.
final class ConnectionLimit: Sendable {
    private let count = Atomic<Int>(0)
    private let maximum: Atomic<Int>

    init(_ maximum: Int) {
        self.maximum = Atomic(maximum)
    }

    /// Sets the most connections that are served; those beyond it that are served already stay.
    func setMaximum(_ maximum: Int) {
        self.maximum.store(maximum, ordering: .relaxed)
    }

    /// The number of connections at this moment.
    var current: Int { count.load(ordering: .relaxed) }

    /// What is to become of a new connection.
    enum Admission {
        case served
        /// Answered with 503 and closed.
        case refused
        /// Closed at once: too many are being refused.
        case dropped
    }

    /// Counts a connection in, unless it is dropped.
    func enter() -> Admission {
        let maximum = maximum.load(ordering: .relaxed)
        let before = count.add(1, ordering: .relaxed).oldValue
        if before < maximum { return .served }
        // Those that are refused live on until they have read the answer; a flood of them must stay bounded as well.
        if before < maximum + max(64, maximum / 8) { return .refused }
        leave()
        return .dropped
    }

    /// Counts a connection out.
    func leave() {
        count.subtract(1, ordering: .relaxed)
    }
}
