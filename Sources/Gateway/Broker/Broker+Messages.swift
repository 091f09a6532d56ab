package import SwiftZMQ
import WorkerProtocol

extension Broker {
    /// Takes a message over that came through the ROUTER socket.
    ///
    /// Whatever it contains, it can answer only a request that is outstanding at its sender. A worker that breaks the
    /// protocol is told DISCONNECT and forgotten, its requests treated as those of a dead worker.
    ///
    /// - Parameters:
    ///   - routingID: the first frame.
    ///   - frames: the others.
    ///   - process: the one that the sender belongs to, where the gateway has started it; not asked for while it is registered.
    ///   - now: the present.
    package mutating func receive(
        from routingID: Frame, _ frames: Message, of process: @autoclosure () -> ProgramProcess? = nil, now: Instant
    ) {
        if let worker = workerIndex[routingID] {
            do throws(WorkerProtocolError) {
                try handle(WorkerCommand(reading: frames, dialect: workers[worker].dialect), of: worker, now: now)
            } catch {
                lose(worker, because: .violation(error), now: now)
            }
        } else {
            receiveFromStranger(routingID, frames, of: process(), now: now)
        }
        completeDrain(now: now)
    }

    /// Carries out a command of a registered worker.
    ///
    /// - Throws: where the command is not expected.
    private mutating func handle(
        _ command: WorkerCommand, of worker: Int, now: Instant
    ) throws(WorkerProtocolError) {
        workers[worker].lastHeard = now
        switch command {
        case .heartbeat:
            pipeHasRoom(at: worker, now: now)
        case .partial(let tag, let body):
            if let slot = try request(tag, at: worker) {
                receivePartial(body, of: slot, now: now)
            } else {
                dropReply(of: worker)
            }
            pipeHasRoom(at: worker, now: now)
        case .final(let tag, let body):
            if let slot = try request(tag, at: worker) {
                receiveFinal(body, of: slot, now: now)
            } else {
                dropReply(of: worker)
            }
            pipeHasRoom(at: worker, now: now)
        case .abort(let tag, let reason):
            // One that crossed a CANCEL, or that comes twice, has nothing left to end.
            if let slot = try request(tag, at: worker) { receiveAbort(of: slot, because: reason, now: now) }
            pipeHasRoom(at: worker, now: now)
        case .credit(let tag, let bytes):
            guard workers[worker].properties.servesWebSockets else {
                throw WorkerProtocolError(
                    .unexpectedCommand, "CREDIT from a worker that did not say in READY that it serves WebSockets")
            }
            // It may cross the end.
            if let slot = try request(tag, at: worker) { receiveCredit(bytes, of: slot) }
            pipeHasRoom(at: worker, now: now)
        case .disconnect:
            lose(worker, because: .disconnected, now: now)
        case .drain:
            try startDraining(worker, now: now)
        case .ready(let service, let properties):
            try registerAgain(worker, for: service, properties, now: now)
        }
    }

    /// The request that a reply of a worker belongs to; nil where it is over, was never made, or is another's.
    private func request(_ frame: Frame, at worker: Int) throws(WorkerProtocolError) -> Int? {
        if workers[worker].dialect == .request {
            guard !workers[worker].requests.isEmpty else {
                throw WorkerProtocolError(.unexpectedCommand, "a reply although no request is outstanding")
            }
            return workers[worker].requests.first
        }
        guard let tag = RequestTag(frame) else { return nil }
        let slot = Int(tag.slot)
        guard slot < requests.capacity, requests[slot].worker == worker, tag == self.tag(of: slot) else { return nil }
        return slot
    }

    /// A worker whose pipe was full is heard again, so that it probably reads.
    private mutating func pipeHasRoom(at worker: Int, now: Instant) {
        guard workers[worker].isFull else { return }
        workers[worker].isFull = false
        retryBacklog(of: worker)
        updateAvailability(worker)
        serveQueue(of: workers[worker].service, now: now)
    }

    private mutating func startDraining(_ worker: Int, now: Instant) throws(WorkerProtocolError) {
        guard workers[worker].properties.mayDrain else {
            throw WorkerProtocolError(.unexpectedCommand, "DRAIN from a worker that did not ask for it in READY")
        }
        takeOffers(from: worker, now: now)
    }

    /// Gives a worker no further requests.
    mutating func takeOffers(from worker: Int, now: Instant) {
        guard !workers[worker].isDraining else { return }
        workers[worker].isDraining = true
        updateAvailability(worker)
        let service = workers[worker].service
        stopAccepting(worker, now: now)
        effects.append(
            .report(.workerDraining(routingID: workers[worker].routingID, service: services[service].name)))
        // Those that wait for a WebSocket may have nobody left to wait for.
        serveQueue(of: service, now: now)
    }

    /// A worker says READY a second time.
    ///
    /// For MDP that is forbidden. A REQ socket that may send twice (`ZMQ_REQ_RELAXED`), or a new connection under the
    /// same routing id, has given up what it was asked before.
    private mutating func registerAgain(
        _ worker: Int, for service: String, _ properties: WorkerProperties, now: Instant
    ) throws(WorkerProtocolError) {
        guard workers[worker].dialect == .request else {
            throw WorkerProtocolError(.unexpectedCommand, "READY from a worker that is registered already")
        }
        if workers[worker].load == 0, services[workers[worker].service].name == service {
            pipeHasRoom(at: worker, now: now)
            updateEvictability(worker)
            return
        }
        let (routingID, process) = (workers[worker].routingID, workers[worker].process)
        lose(worker, because: .registeredAgain, now: now)
        guard takes(process) else { return }
        register(routingID, .request, service, properties, of: process, now: now)
    }

    // MARK: Peers that are not registered

    private mutating func receiveFromStranger(
        _ routingID: Frame, _ frames: Message, of process: ProgramProcess?, now: Instant
    ) {
        // RFC 7 and 18: messages that are not valid at all are dropped.
        guard let dialect = WorkerDialect(firstMessage: frames) else {
            guard WorkerDialect.isCorrelatedReady(frames) else {
                counters.messagesDropped += 1
                return
            }
            let reason = WorkerProtocolError(
                .unknownDialect,
                "a REQ worker that numbers its requests: turn ZMQ_REQ_CORRELATE off (in Swift: $0.correlates = false)")
            refuse(routingID, .request, because: reason, now: now)
            // There is nothing to tell it, and it is logged once.
            dismissed.insert(routingID, now: now)
            return
        }
        do throws(WorkerProtocolError) {
            switch try WorkerCommand(reading: frames, dialect: dialect) {
            case .ready(let service, let properties):
                // Nothing is said: it is told to end by other means.
                guard takes(process) else {
                    counters.messagesDropped += 1
                    return
                }
                register(routingID, dialect, service, properties, of: process, now: now)
            case .disconnect:
                dismissed.insert(routingID, now: now)
            default:
                throw WorkerProtocolError(.unexpectedCommand, "a command from a worker that is not registered")
            }
        } catch {
            refuse(routingID, dialect, because: error, now: now)
        }
    }

    /// Turns a peer away that is not registered.
    mutating func refuse(
        _ routingID: Frame, _ dialect: WorkerDialect, because reason: WorkerProtocolError, now: Instant
    ) {
        guard !dismissed.contains(routingID, now: now) else {
            counters.messagesDropped += 1
            return
        }
        counters.peersRefused += 1
        effects.append(.report(.peerRefused(routingID: routingID, reason: reason)))
        disconnect(routingID, dialect, now: now)
    }

    /// Says DISCONNECT, where the dialect knows it.
    mutating func disconnect(_ routingID: Frame, _ dialect: WorkerDialect, now: Instant) {
        guard let frames = GatewayCommand.disconnect.frames(in: dialect) else { return }
        dismissed.insert(routingID, now: now)
        sequence += 1
        effects.append(
            .send(
                Delivery(
                    routingID: routingID, frames: frames, request: nil, worker: -1, slot: -1, sequence: sequence)))
    }
}
