import SwiftZMQ
import WorkerProtocol

/// The dispatch of requests to workers, as a state machine without sockets and without a clock.
///
/// Whoever drives it tells it what happened and when — a request came, a message arrived, a send failed, time passed —
/// and carries out the ``BrokerEffect``s that it takes from it, in order. No time handed in may be earlier than the one
/// before. One batch of a driver's loop is: hand in all messages that have arrived, hand in all requests,
/// ``advance(to:)``, then carry out the effects. Messages come before ``advance(to:)``, so that no worker is declared
/// dead for what the driver has not yet read.
///
/// It speaks the three dialects of `WorkerDialect`; their rules are those of RFC 7 and RFC 18.
///
/// The code is in files of its own: requests, replies, WebSockets, workers, processes, messages, deliveries, time, drain.
///
/// Everything is reached by hashing or by number and kept in order by links: no operation looks at all workers or all
/// requests, except those that concern all of them.
package struct Broker: Sendable {
    /// A moment as the driver's clock gives it.
    package typealias Instant = ContinuousClock.Instant

    /// The settings.
    package internal(set) var configuration: BrokerConfiguration
    /// What has been counted since the start.
    package internal(set) var counters = BrokerCounters()
    /// What is to be done, see ``takeEffects(into:)``.
    package internal(set) var effects: [BrokerEffect] = []
    /// Whether ``drain(now:)`` or ``stop(now:)`` has been called.
    package internal(set) var isDraining = false

    var services: SlotTable<ServiceRecord>
    var serviceIndex: [String: Int] = [:]
    var vacantServices = SlotList()
    var vacantLinks = SlotLinks()
    /// When a service's requests have waited long enough for a worker to appear.
    var graceTimers = DeadlineHeap()

    var workers: SlotTable<WorkerRecord>
    var workerIndex: [Frame: Int] = [:]
    /// The workers without heartbeats, by the descriptors of their connections.
    var connectionIndex: [Int32: Int] = [:]
    var availableLinks = SlotLinks()
    var availableForWebSocketsLinks = SlotLinks()
    var evictableWorkers = SlotList()
    var evictableLinks = SlotLinks()
    /// When a worker has to be looked after: a heartbeat to it, its silence, or its full pipe.
    var workerTimers = DeadlineHeap()
    var dismissed: DismissedPeers
    /// What is kept of each process that the gateway has started.
    var processes: [ProgramProcess: ProcessRecord] = [:]
    /// Until when no worker counts as silent, as what it said while the driver stood still may not have been read yet.
    var silenceCountsFrom: Instant

    var requests: SlotTable<RequestRecord>
    /// The requests that somebody waits for.
    var requestIndex: [RequestID: Int] = [:]
    /// The links of the services' queues and of the workers' lists.
    var requestLinks = SlotLinks()
    var requestDeadlines = DeadlineHeap()

    /// The number of the last delivery.
    var sequence: UInt64 = 0

    /// Makes a broker without workers and requests.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - now: the present, on the clock of all later times.
    package init(configuration: BrokerConfiguration, now: Instant) {
        precondition(configuration.heartbeat > .zero, "the time between two heartbeats must be more than zero")
        self.configuration = configuration
        services = SlotTable(vacant: ServiceRecord(name: "", isConfigured: false))
        workers = SlotTable(
            vacant: WorkerRecord(
                routingID: Frame(), service: -1, dialect: .request, properties: WorkerProperties(),
                registration: .max, now: now))
        requests = SlotTable(vacant: .vacant(at: now))
        silenceCountsFrom = now
        dismissed = DismissedPeers(lifetime: configuration.heartbeat * BrokerConfiguration.liveness, now: now)
        for name in configuration.services {
            serviceIndex[name] = services.insert(ServiceRecord(name: name, isConfigured: true))
        }
    }

    /// Whether nobody waits for a reply.
    package var isIdle: Bool { requestIndex.isEmpty }

    /// The earliest time at which ``advance(to:)`` has something to do; nil while there is nothing to wait for.
    ///
    /// It may be earlier than necessary, and then asks for another call later.
    package var nextDeadline: Instant? {
        var earliest = requestDeadlines.first?.instant
        if let other = workerTimers.first?.instant { earliest = min(earliest ?? other, other) }
        if let other = graceTimers.first?.instant { earliest = min(earliest ?? other, other) }
        return earliest
    }

    /// Takes the effects that have come together, in exchange for an empty array whose room is used for the next.
    package mutating func takeEffects(into taken: inout [BrokerEffect]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &effects)
    }
}
