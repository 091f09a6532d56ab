/// A service that is known: its workers and the requests that wait for one.
struct ServiceRecord: Sendable {
    let name: String
    var isConfigured: Bool
    var queue = SlotList()
    var available = AvailableWorkers()
    /// Registered workers.
    var workers = 0
    /// Registered workers that have not asked to be drained.
    var accepting = 0
    /// When the last accepting worker was lost; nil before.
    var lostAt: ContinuousClock.Instant?
    /// It stands in the list of those that may be forgotten.
    var isVacant = false

    init(name: String, isConfigured: Bool) {
        self.name = name
        self.isConfigured = isConfigured
    }
}
