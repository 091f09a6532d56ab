import PublishSubscribe

/// Lets its task go on as often as a schedule says.
struct Pacer {
    private var schedule: UpdateSchedule
    /// When the first update was due: what was waited for before, such as subscribers, is not caught up with.
    private var start: ContinuousClock.Instant?
    private var credit = 0

    init(interval: Duration) {
        schedule = UpdateSchedule(interval: interval)
    }

    /// Returns when the next update is due.
    mutating func turn() async throws {
        let start = self.start ?? .now
        self.start = start
        while credit == 0 {
            let (count, next) = schedule.due(at: .now - start)
            credit = count
            if count == 0 { try await Task.sleep(until: start + next) }
        }
        credit -= 1
    }
}
