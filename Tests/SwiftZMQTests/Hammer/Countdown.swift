import ProcessSupport

/// Counts down to zero, which others can see and wait for.
final class Countdown: Sendable {
    private let left: Watched<Int>

    init(_ count: Int) {
        left = Watched(count)
    }

    func countDown() {
        left.change { $0 -= 1 }
    }

    var isDone: Bool { left.value <= 0 }

    /// Returns when it is done, or the task cancelled.
    nonisolated(nonsending) func wait() async {
        try? await left.wait { $0 <= 0 ? () : nil }
    }
}
