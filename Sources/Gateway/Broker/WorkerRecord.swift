import DequeModule
import SwiftZMQ
import WorkerProtocol

/// A registered worker.
struct WorkerRecord: Sendable {
    let routingID: Frame
    /// The routing id as it is logged.
    let name: String
    let service: Int
    let dialect: WorkerDialect
    let properties: WorkerProperties
    /// The number of deliveries before its registration; what is older was meant for another.
    let registration: UInt64
    /// The requests that take a place, in the order of dispatch.
    var requests = SlotList()
    var lastHeard: ContinuousClock.Instant
    var lastSent: ContinuousClock.Instant
    /// Its pipe was full; counts as busy until it is heard or the next heartbeat is due.
    var isFull = false
    /// What it must not miss and its pipe had no room for, in order: the first is tried again when there may be some.
    var backlog = Deque<Delivery>()
    /// It asked for no further requests.
    var isDraining = false
    /// It stands in its service's ``AvailableWorkers``.
    var isAvailable = false
    /// It stands in the list of those that may make room for another.
    var isEvictable = false
    /// The number of its connection's descriptor, where it has no heartbeats and that is known.
    var connection: Int32?
    /// A connection of that number is lost, so that it is given up unless that turns out to have been another's.
    var isSuspect = false
    var served = 0
    /// The process that it belongs to, where the gateway has started it.
    var process: ProgramProcess?
    let registered: ContinuousClock.Instant
    var address: String?

    init(
        routingID: Frame, service: Int, dialect: WorkerDialect, properties: WorkerProperties, registration: UInt64,
        now: ContinuousClock.Instant
    ) {
        self.routingID = routingID
        name = routingID.description
        self.service = service
        self.dialect = dialect
        self.properties = properties
        self.registration = registration
        lastHeard = now
        lastSent = now
        registered = now
    }

    var load: Int { requests.count }
}
