/// How many tasks a worker asks for beyond those it can begin at once.
///
/// As many as it expects to do within a short time: hundreds where a task takes microseconds, so that a message carries
/// many; none where one takes longer, so that the task goes to whoever is free first.
struct Prefetch: Sendable {
    /// The time for which a worker wants to have work in stock, in seconds.
    static let stock = 0.02
    static let mostTasks = 10_000

    private let concurrency: Int
    /// Nil before the first task was done. In seconds.
    private var average: Double?

    init(concurrency: Int) {
        self.concurrency = concurrency
    }

    /// The tasks to have at a time, begun ones included.
    var target: Int {
        guard let average else { return concurrency }
        let count = average > 0 ? Self.stock / average * Double(concurrency) : Double(Self.mostTasks)
        return concurrency + Int(min(count, Double(Self.mostTasks)))
    }

    /// Learns from a task that took some time, or that has already taken as long.
    mutating func observe(nanoseconds: Int64) {
        // One that takes for ever must not spoil the average for ever.
        let seconds = min(Double(nanoseconds) / 1e9, 1)
        average = average.map { $0 + (seconds - $0) / 8 } ?? seconds
    }
}
