/// A service that is known: its workers and the requests that wait for one.
struct ServiceRecord: Sendable {
    let name: String
    var isConfigured: Bool
    var queue = SlotList()
    /// Those that wait for a worker that serves WebSockets, as long as there are any.
    var upgrades = SlotList()
    var available = AvailableWorkers()
    /// Those among them that serve WebSockets.
    var availableForWebSockets = AvailableWorkers()
    /// Registered workers.
    var workers = 0
    /// Registered workers that have not asked to be drained.
    var accepting = 0
    /// Those among them that serve WebSockets.
    var acceptingWebSockets = 0
    /// WebSockets that are open, and the messages that have gone through them either way.
    var webSockets = 0
    var messagesFromClients = 0
    var messagesToClients = 0
    /// When the last accepting worker was lost; nil before.
    var lostAt: ContinuousClock.Instant?
    /// It stands in the list of those that may be forgotten.
    var isVacant = false

    /// How many requests wait.
    var waiting: Int { queue.count + upgrades.count }

    init(name: String, isConfigured: Bool) {
        self.name = name
        self.isConfigured = isConfigured
    }
}
