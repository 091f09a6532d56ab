import SwiftZMQ
import WorkerProtocol

extension Broker {
    /// Takes a request over. Every request gets exactly one sequence of `ReplyEvent`s, unless it is cancelled.
    ///
    /// It goes to a worker at once where one is free; otherwise it waits, or fails with `unknown-service`,
    /// `queue-full`, or, once the broker is draining, `no-worker`.
    package mutating func submit(_ request: GatewayRequest, now: Instant) {
        counters.submitted += 1
        if let frames = request.frames, request.service.hasPrefix(ServiceName.reservedPrefix) {
            return answer(request.id, askedOfBroker: request.service, frames)
        }
        guard !isDraining else {
            effects.append(.emit(request.id, .failure(.noWorker)))
            return
        }
        guard let service = serviceIndex[request.service] else {
            effects.append(.emit(request.id, .failure(.unknownService)))
            return
        }
        if case .refused(let failure) = request.webSocket, services[service].acceptingWebSockets > 0 {
            effects.append(.emit(request.id, .failure(failure)))
            return
        }
        let worker = availableWorker(of: service, forWebSocket: request.webSocket == .wanted)
        guard worker >= 0 || services[service].waiting < configuration.queueLimit else {
            effects.append(.emit(request.id, .failure(.queueFull)))
            return
        }
        let slot = requests.insert(RequestRecord(request, service: service, now: now))
        let earlier = requestIndex.updateValue(slot, forKey: request.id)
        assert(earlier == nil, "\(request.id) was submitted before; a loop never uses a number twice")
        requestDeadlines.set(slot, to: requests[slot].deadline)
        if worker >= 0 {
            dispatch(slot, to: worker, now: now)
        } else {
            if requests[slot].asksForWebSocket {
                requestLinks.append(slot, to: &services[service].upgrades)
            } else {
                requestLinks.append(slot, to: &services[service].queue)
            }
            queueChanged(service)
        }
    }

    /// Answers what a client asks of the broker itself (RFC 8): whether a service has a worker.
    private mutating func answer(_ id: RequestID, askedOfBroker service: String, _ frames: BodyFrames) {
        let code: Frame
        if service == "mmi.service" {
            let name = frames.first.flatMap { String(validating: $0) }
            let hasWorkers = name.flatMap { serviceIndex[$0] }.map { services[$0].accepting > 0 } ?? false
            code = hasWorkers ? "200" : "404"
        } else {
            code = "501"
        }
        effects.append(.emit(id, .frames([code], isLast: true)))
    }

    /// Forgets a request that nobody waits for any more; no further event comes for it.
    ///
    /// One that is at a worker still takes its place there until the worker has answered; a worker that asked for it is
    /// told.
    package mutating func cancel(_ id: RequestID, now: Instant) {
        guard let slot = requestIndex[id] else { return }
        if requests[slot].state == .queued {
            leaveQueue(slot)
            finish(slot)
        } else {
            abandon(slot, now: now)
        }
        completeDrain(now: now)
    }

    /// Says that the client has taken bytes of a streamed reply, so that a worker with credit is granted as many.
    package mutating func consumed(_ id: RequestID, bytes: Int, now: Instant) {
        guard let slot = requestIndex[id], let window = streamWindow(of: slot),
            requests[slot].state == .streaming, requests[slot].credit != nil
        else { return }
        requests[slot].consumed += bytes
        // A part of the window at a time: one message for many pieces, and the worker never runs dry meanwhile. The part is
        // smaller for a WebSocket, as its messages are not cut to what is left of the credit.
        let part = requests[slot].isOpen ? window / 4 : window / 2
        if requests[slot].grantsAll || requests[slot].consumed >= part { grantConsumed(of: slot, now: now) }
    }

    /// Grants a worker what the client has taken.
    mutating func grantConsumed(of slot: Int, now: Instant) {
        let grant = requests[slot].consumed
        guard grant > 0, let credit = requests[slot].credit else { return }
        requests[slot].consumed = 0
        requests[slot].credit = credit + grant
        if credit <= 0 { requests[slot].lastPiece = now }
        send(.credit(id: tag(of: slot).frame, bytes: grant), to: requests[slot].worker, now: now)
    }

    /// How many bytes of a streamed reply may be under way at a time; nil where they are not paced.
    func streamWindow(of slot: Int) -> Int? {
        configuration.streamCredit.map { min($0, requests[slot].streamCredit ?? .max) }
    }

    /// Sends a request to a worker that can take it.
    mutating func dispatch(_ slot: Int, to worker: Int, now: Instant) {
        sequence += 1
        counters.dispatched += 1
        requests[slot].state = .outstanding
        requests[slot].worker = worker
        requests[slot].sequence = sequence
        requests[slot].dispatched = now
        occupy(worker, with: slot)
        workers[worker].lastSent = now

        let dialect = workers[worker].dialect
        let id = dialect == .request ? Frame() : tag(of: slot).frame
        guard let request = requests[slot].request else {
            assertionFailure("a request whose frames are gone is sent to nobody")
            return
        }
        if let body = request.frames {
            requests[slot].credit = nil
            send(GatewayCommand.request(id: id, body), of: slot, to: worker)
            return
        }
        var head = request.head
        requests[slot].isWebSocket = requests[slot].asksForWebSocket && workers[worker].properties.servesWebSockets
        if requests[slot].isWebSocket { head = RequestHead.askingForWebSocket(head) }
        if let window = streamWindow(of: slot), workers[worker].properties.wantsCredit {
            head = RequestHead.adding(streamCredit: window, to: head)
            requests[slot].credit = window
            requests[slot].consumed = 0
        } else {
            requests[slot].credit = nil
        }
        let message = GatewayCommand.request(
            to: workers[worker].routingID, id: id, head: head, body: request.body, in: dialect)
        effects.append(
            .send(
                Delivery(
                    message: message, request: requests[slot].id, worker: worker, slot: slot, sequence: sequence)))
    }

    /// Sends a request whose frames are passed on.
    private mutating func send(_ command: GatewayCommand, of slot: Int, to worker: Int) {
        guard let frames = command.frames(in: workers[worker].dialect) else { return }
        effects.append(
            .send(
                Delivery(
                    routingID: workers[worker].routingID, frames: frames, request: requests[slot].id, worker: worker,
                    slot: slot, sequence: sequence)))
    }

    /// Brings waiting requests to workers while there are both.
    mutating func serveQueue(of service: Int, now: Instant) {
        while let (slot, worker) = nextDispatch(of: service) {
            leaveQueue(slot)
            dispatch(slot, to: worker, now: now)
        }
    }

    /// The request that has waited longest of those for which there is a worker, and that worker.
    private func nextDispatch(of service: Int) -> (slot: Int, worker: Int)? {
        let worker = services[service].available.first
        guard worker >= 0, services[service].waiting > 0 else { return nil }
        let (request, upgrade) = (services[service].queue.first, services[service].upgrades.first)
        guard upgrade >= 0 else { return (request, worker) }
        let upgradeWorker = availableWorker(of: service, forWebSocket: true)
        if request >= 0, upgradeWorker < 0 || requests[request].arrival <= requests[upgrade].arrival {
            return (request, worker)
        }
        return upgradeWorker >= 0 ? (upgrade, upgradeWorker) : nil
    }

    /// The worker that is to get a request, or -1. One that asks for a WebSocket is for those that serve them, as long as
    /// the service has any.
    private func availableWorker(of service: Int, forWebSocket: Bool) -> Int {
        forWebSocket && services[service].acceptingWebSockets > 0
            ? services[service].availableForWebSockets.first : services[service].available.first
    }

    /// Takes a request out of its service's queue.
    mutating func leaveQueue(_ slot: Int) {
        let service = requests[slot].service
        if requests[slot].asksForWebSocket {
            requestLinks.remove(slot, from: &services[service].upgrades)
        } else {
            requestLinks.remove(slot, from: &services[service].queue)
        }
        queueChanged(service)
    }

    /// Puts a request that was at a worker back among those that wait, in the order of arrival; it has been there
    /// longer than most, so that its place is near the front.
    mutating func returnToQueue(_ slot: Int) {
        requests[slot].state = .queued
        requests[slot].worker = -1
        let service = requests[slot].service
        let asksForWebSocket = requests[slot].asksForWebSocket
        var behind = asksForWebSocket ? services[service].upgrades.first : services[service].queue.first
        while behind >= 0, requests[behind].arrival < requests[slot].arrival {
            behind = requestLinks.slot(after: behind)
        }
        if asksForWebSocket {
            requestLinks.insert(slot, before: behind, in: &services[service].upgrades)
        } else {
            requestLinks.insert(slot, before: behind, in: &services[service].queue)
        }
        queueChanged(service)
    }

    /// Leaves a request to its worker, which it still occupies, while nobody waits for it any more.
    mutating func abandon(_ slot: Int, now: Instant) {
        requests[slot].state = .abandoned
        requests[slot].dropFrames()
        requestIndex[requests[slot].id] = nil
        requestDeadlines.remove(slot)
        let worker = requests[slot].worker
        let wasOpen = requests[slot].isOpen
        noteEnd(of: slot)
        if requests[slot].isToldOfEnd {
            // It knows already.
        } else if workers[worker].properties.wantsCancel {
            send(
                .cancel(id: tag(of: slot).frame), to: worker, sender: slot, cancelled: requests[slot].sequence, now: now
            )
        } else if wasOpen {
            send(.message(id: tag(of: slot).frame, kind: .close, data: Frame()), to: worker, now: now)
        }
        // Its end is waited for, and never late.
        if wasOpen { requests[slot].isToldOfEnd = true }
        updateEvictability(worker)
    }

    /// Ends a request that is in no list any more.
    mutating func finish(_ slot: Int) {
        if requests[slot].state != .abandoned {
            requestIndex[requests[slot].id] = nil
            requestDeadlines.remove(slot)
        }
        noteEnd(of: slot)
        requests[slot].clear()
        requests.removeCleared(slot)
    }

    func tag(of slot: Int) -> RequestTag {
        RequestTag(slot: slot, id: requests[slot].id, sequence: requests[slot].sequence)
    }
}
