public import SwiftZMQ
public import WorkerProtocol

/// The workers and the queues at one moment, for administration.
public struct BrokerSnapshot: Sendable {
    /// A registered worker.
    public struct Worker: Sendable {
        /// Its routing id.
        public let routingID: Message
        /// Where it connects from, if ``Broker/setAddress(_:of:)`` was told.
        public let address: String?
        /// The service it is registered for.
        public let service: String
        /// How it speaks.
        public let dialect: WorkerDialect
        /// How many requests it takes at once.
        public let concurrency: Int
        /// How many places are taken, those of late replies included.
        public let inFlight: Int
        /// How many requests it has answered.
        public let served: Int
        /// When its last message came.
        public let lastHeard: ContinuousClock.Instant
        /// Whether it asked for no further requests.
        public let isDraining: Bool
    }

    /// A service that is known.
    public struct Service: Sendable {
        /// Its name.
        public let name: String
        /// How many requests wait.
        public let queued: Int
        /// How many workers are registered.
        public let workers: Int
    }

    /// The workers, in no order.
    public let workers: [Worker]
    /// The services, in no order.
    public let services: [Service]
    /// How many requests are at a worker, those included that nobody waits for any more.
    public let inFlight: Int
    /// How many requests are kept, those included that nobody waits for but that take a place at a worker.
    public let requests: Int
    /// What has been counted since the start.
    public let counters: BrokerCounters
}

extension Broker {
    /// The workers and the queues as they are.
    public func snapshot() -> BrokerSnapshot {
        let listed = workerIndex.values.map { slot in
            let worker = workers[slot]
            return BrokerSnapshot.Worker(
                routingID: worker.routingID, address: worker.address, service: services[worker.service].name,
                dialect: worker.dialect, concurrency: worker.properties.concurrency, inFlight: worker.load,
                served: worker.served, lastHeard: worker.lastHeard, isDraining: worker.isDraining)
        }
        let known = serviceIndex.values.map { slot in
            BrokerSnapshot.Service(
                name: services[slot].name, queued: services[slot].queue.count, workers: services[slot].workers)
        }
        let queued = known.reduce(0) { $0 + $1.queued }
        return BrokerSnapshot(
            workers: listed, services: known, inFlight: requests.count - queued, requests: requests.count,
            counters: counters)
    }

    /// Whether a service is known: configured, or registered by a worker since the start.
    public func isKnown(service: String) -> Bool { serviceIndex[service] != nil }

    /// Notes where a worker connects from, which only its connection knows; shown in ``BrokerSnapshot``.
    public mutating func setAddress(_ address: String, of routingID: Message) {
        guard let worker = workerIndex[routingID] else { return }
        workers[worker].address = address
    }
}

extension Broker {
    /// How many peers that said or were told DISCONNECT are still remembered; never more than 8192.
    public var rememberedPeers: Int { dismissed.count }
}
