package import SwiftZMQ
package import WorkerProtocol

/// The workers and the queues at one moment, for administration.
package struct BrokerSnapshot: Sendable {
    /// A registered worker.
    package struct Worker: Sendable {
        /// Its routing id.
        package let routingID: Frame
        /// Where it connects from, if ``Broker/setAddress(_:of:)`` was told.
        package let address: String?
        /// The service it is registered for.
        package let service: String
        /// How it speaks.
        package let dialect: WorkerDialect
        /// How many requests it takes at once.
        package let concurrency: Int
        /// How many places are taken, those of late replies included.
        package let inFlight: Int
        /// How many requests it has answered.
        package let served: Int
        /// When its last message came.
        package let lastHeard: ContinuousClock.Instant
        /// Whether it asked for no further requests.
        package let isDraining: Bool
        /// When it registered.
        package let registered: ContinuousClock.Instant
        /// The process that it belongs to, where the gateway has started it.
        package let process: ProgramProcess?
    }

    /// A service that is known.
    package struct Service: Sendable {
        /// Its name.
        package let name: String
        /// How many requests wait.
        package let queued: Int
        /// How many workers are registered.
        package let workers: Int
        /// Whether it is known because of the settings, and not of a worker alone.
        package let isConfigured: Bool
        /// When the last worker that took requests was lost; nil before.
        package let lostAt: ContinuousClock.Instant?
        /// How many WebSockets are open.
        package let webSockets: Int
        /// How many messages have come from the clients of WebSockets, and gone to them.
        package let messagesFromClients: Int
        package let messagesToClients: Int
    }

    /// The workers, in no order.
    package let workers: [Worker]
    /// The services, in no order.
    package let services: [Service]
    /// How many requests are at a worker, those included that nobody waits for any more.
    package let inFlight: Int
    /// How many requests are kept, those included that nobody waits for but that take a place at a worker.
    package let requests: Int
    /// What has been counted since the start.
    package let counters: BrokerCounters
}

extension Broker {
    /// The workers and the queues as they are.
    package func snapshot() -> BrokerSnapshot {
        let listed = workerIndex.values.map { slot in
            let worker = workers[slot]
            return BrokerSnapshot.Worker(
                routingID: worker.routingID, address: worker.address, service: services[worker.service].name,
                dialect: worker.dialect, concurrency: worker.properties.concurrency, inFlight: worker.load,
                served: worker.served, lastHeard: worker.lastHeard, isDraining: worker.isDraining,
                registered: worker.registered, process: worker.process)
        }
        let known = serviceIndex.values.map { slot in
            BrokerSnapshot.Service(
                name: services[slot].name, queued: services[slot].waiting, workers: services[slot].workers,
                isConfigured: services[slot].isConfigured, lostAt: services[slot].lostAt,
                webSockets: services[slot].webSockets, messagesFromClients: services[slot].messagesFromClients,
                messagesToClients: services[slot].messagesToClients)
        }
        let queued = known.reduce(0) { $0 + $1.queued }
        return BrokerSnapshot(
            workers: listed, services: known, inFlight: requests.count - queued, requests: requests.count,
            counters: counters)
    }

    /// Notes where a worker connects from, which only its connection knows; shown in ``BrokerSnapshot``.
    package mutating func setAddress(_ address: String, of routingID: Frame) {
        guard let worker = workerIndex[routingID] else { return }
        workers[worker].address = address
    }
}
