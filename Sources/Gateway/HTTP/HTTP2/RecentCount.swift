import NIOCore

/// How often something happened in the last ten seconds.
///
/// It is counted in half seconds, and what is older than ten seconds is never among them; of the first half second in them
/// a part may be missing, so that nobody is taken for worse than they are.
struct RecentCount {
    private static let length = 20
    private static let part = TimeAmount.milliseconds(500).nanoseconds

    /// Nothing is kept for what never happens.
    private var parts: [UInt32] = []
    private var newest: Int64 = 0
    private var sum = 0

    /// Counts once more, and says how often it was with that.
    mutating func add(at now: NIODeadline) -> Int {
        if parts.isEmpty { parts = Array(repeating: 0, count: Self.length) }
        forget(at: now)
        parts[Int(newest % Int64(Self.length))] += 1
        sum += 1
        return sum
    }

    /// How often it was.
    mutating func count(at now: NIODeadline) -> Int {
        guard sum > 0 else { return 0 }
        forget(at: now)
        return sum
    }

    private mutating func forget(at now: NIODeadline) {
        // A clock of a test may begin at nothing; none goes back.
        let current = Int64(clamping: now.uptimeNanoseconds) / Self.part
        guard current > newest else { return }
        for passed in 0..<min(current - newest, Int64(Self.length)) {
            let index = Int((current - passed) % Int64(Self.length))
            sum -= Int(parts[index])
            parts[index] = 0
        }
        newest = current
    }
}
