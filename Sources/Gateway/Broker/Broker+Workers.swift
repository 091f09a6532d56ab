import SwiftZMQ
import WorkerProtocol

extension Broker {
    /// Registers a peer as a worker, unless there is no room.
    mutating func register(
        _ routingID: Frame, _ dialect: WorkerDialect, _ name: String, _ properties: WorkerProperties,
        of process: ProgramProcess?, now: Instant
    ) {
        guard !(isDraining && isIdle) else {
            return refuse(routingID, dialect, because: WorkerProtocolError(.noRoom, "the gateway stops"), now: now)
        }
        guard workers.count < configuration.workerLimit || evictWorker(now: now) else {
            let reason = "\(configuration.workerLimit) workers are registered already"
            return refuse(routingID, dialect, because: WorkerProtocolError(.noRoom, reason), now: now)
        }
        guard let service = findOrAddService(name) else {
            let reason = "\(configuration.serviceLimit) services are in use already"
            return refuse(routingID, dialect, because: WorkerProtocolError(.noRoom, reason), now: now)
        }
        dismissed.remove(routingID)
        counters.workersRegistered += 1
        let worker = workers.insert(
            WorkerRecord(
                routingID: routingID, service: service, dialect: dialect, properties: properties,
                registration: sequence, now: now))
        workerIndex[routingID] = worker
        services[service].workers += 1
        services[service].accepting += 1
        if properties.servesWebSockets { services[service].acceptingWebSockets += 1 }
        if dialect.hasHeartbeats { workerTimers.set(worker, to: now + configuration.heartbeat) }
        updateVacancy(service)
        queueChanged(service)
        updateEvictability(worker)
        effects.append(
            .report(.workerRegistered(routingID: routingID, service: name, dialect: dialect, properties: properties)))
        adopt(worker, by: process)
        updateAvailability(worker)
        serveQueue(of: service, now: now)
    }

    /// Forgets a worker and decides about each of its requests.
    ///
    /// - Parameter unsent: the number of the first delivery that has certainly not left for the worker.
    mutating func lose(
        _ worker: Int, because reason: WorkerLoss, unsent: UInt64 = .max, now: Instant
    ) {
        let routingID = workers[worker].routingID
        let service = workers[worker].service
        let dialect = workers[worker].dialect
        let process = workers[worker].process
        counters.workersLost += 1
        effects.append(
            .report(.workerLost(routingID: routingID, service: services[service].name, reason: reason)))

        // First out of every list, so that none of its requests can come back to it.
        workerIndex[routingID] = nil
        disown(worker)
        workerTimers.remove(worker)
        if let connection = workers[worker].connection, connectionIndex[connection] == worker {
            connectionIndex[connection] = nil
        }
        if workers[worker].isAvailable { withdraw(worker, load: workers[worker].requests.count) }
        if workers[worker].isEvictable { evictableLinks.remove(worker, from: &evictableWorkers) }
        services[service].workers -= 1
        if !workers[worker].isDraining { stopAccepting(worker, now: now) }

        // From the last to the first, so that those that go back to the queue keep their order.
        while !workers[worker].requests.isEmpty {
            let slot = workers[worker].requests.last
            requestLinks.remove(slot, from: &workers[worker].requests)
            release(slot, hasLeft: requests[slot].sequence < unsent, because: reason, now: now)
        }
        workers.remove(worker)
        updateVacancy(service)

        switch reason {
        case .violation:
            counters.violations += 1
            disconnect(routingID, dialect, now: now)
        case .stopped: disconnect(routingID, dialect, now: now)
        case .disconnected: dismissed.insert(routingID, now: now)
        // It may come back to life and is told DISCONNECT when it speaks.
        case .silent, .unreachable, .registeredAgain, .evicted, .ended: break
        }
        serveQueue(of: service, now: now)
        reportIfIdle(process)
    }

    /// Decides about a request whose worker is lost: dropped, cut, sent to another, or failed.
    private mutating func release(_ slot: Int, hasLeft: Bool, because reason: WorkerLoss, now: Instant) {
        let id = requests[slot].id
        switch requests[slot].state {
        case .abandoned, .queued:
            finish(slot)
        case .streaming:
            reportHandling(slot, now: now)
            effects.append(.emit(id, requests[slot].isOpen ? .closed(end(of: slot, because: reason)) : .cut))
            finish(slot)
        case .outstanding where !hasLeft:
            returnToQueue(slot)
        case .outstanding where requests[slot].deadline <= now:
            reportHandling(slot, now: now)
            effects.append(.emit(id, .failure(.workerTimeout)))
            finish(slot)
        case .outstanding where requests[slot].isIdempotent && requests[slot].retriesLeft > 0:
            requests[slot].retriesLeft -= 1
            counters.retries += 1
            effects.append(.report(.requestRetried(id, service: services[requests[slot].service].name)))
            returnToQueue(slot)
        case .outstanding:
            reportHandling(slot, now: now)
            effects.append(.emit(id, .failure(.workerLost)))
            finish(slot)
        }
    }

    /// Gives one of a worker's places to a request.
    mutating func occupy(_ worker: Int, with slot: Int) {
        let before = workers[worker].requests.count
        requestLinks.append(slot, to: &workers[worker].requests)
        loadChanged(worker, from: before)
    }

    /// Frees the place of a request at its worker.
    mutating func vacate(_ worker: Int, by slot: Int) {
        let before = workers[worker].requests.count
        requestLinks.remove(slot, from: &workers[worker].requests)
        requests[slot].worker = -1
        loadChanged(worker, from: before)
        reportIfIdle(workers[worker].process)
    }

    private mutating func loadChanged(_ worker: Int, from before: Int) {
        if workers[worker].isAvailable { withdraw(worker, load: before) }
        updateAvailability(worker)
        if workers[worker].dialect == .request { updateEvictability(worker) }
    }

    /// Offers a worker to its service, or takes it away, as its state says.
    mutating func updateAvailability(_ worker: Int) {
        // Property by property: a computed one would copy the whole record first.
        let isAvailable =
            !workers[worker].isFull && !workers[worker].isDraining
            && workers[worker].requests.count < workers[worker].properties.concurrency
        guard isAvailable != workers[worker].isAvailable else { return }
        let load = workers[worker].requests.count
        if !isAvailable { return withdraw(worker, load: load) }
        workers[worker].isAvailable = true
        let service = workers[worker].service
        services[service].available.insert(worker, load: load, links: &availableLinks)
        guard workers[worker].properties.servesWebSockets else { return }
        services[service].availableForWebSockets.insert(worker, load: load, links: &availableForWebSocketsLinks)
    }

    /// Takes a worker away that was offered to its service with so many requests.
    private mutating func withdraw(_ worker: Int, load: Int) {
        workers[worker].isAvailable = false
        let service = workers[worker].service
        services[service].available.remove(worker, load: load, links: &availableLinks)
        guard workers[worker].properties.servesWebSockets else { return }
        services[service].availableForWebSockets.remove(worker, load: load, links: &availableForWebSocketsLinks)
    }

    /// Keeps the REQ workers that nobody waits for in the order in which they became so. Nothing but a request shows
    /// whether such a worker still lives; a worker that opens a new socket from time to time leaves one behind each time.
    mutating func updateEvictability(_ worker: Int) {
        guard workers[worker].dialect == .request else { return }
        if workers[worker].isEvictable { evictableLinks.remove(worker, from: &evictableWorkers) }
        let first = workers[worker].requests.first
        workers[worker].isEvictable = first < 0 || requests[first].state == .abandoned
        if workers[worker].isEvictable { evictableLinks.append(worker, to: &evictableWorkers) }
    }

    private mutating func evictWorker(now: Instant) -> Bool {
        guard !evictableWorkers.isEmpty else { return false }
        lose(evictableWorkers.first, because: .evicted, now: now)
        return true
    }

    /// Sends a command other than a request to a worker. All but heartbeats wait where there is no room.
    ///
    /// - Parameters:
    ///   - sender: the place of the request whose client's message or CANCEL it is, -1 for every other.
    ///   - cancelled: of a CANCEL, the number of the delivery that took its request to the worker.
    mutating func send(
        _ command: GatewayCommand, to worker: Int, sender: Int = -1, cancelled: UInt64 = 0, now: Instant
    ) {
        guard let frames = command.frames(in: workers[worker].dialect) else { return }
        sequence += 1
        workers[worker].lastSent = now
        effects.append(
            .send(
                Delivery(
                    routingID: workers[worker].routingID, frames: frames, request: nil, worker: worker, slot: -1,
                    isKept: command != .heartbeat, sender: sender, cancelled: cancelled, sequence: sequence)))
    }
}
