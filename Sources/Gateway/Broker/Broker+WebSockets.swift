package import SwiftZMQ
package import WorkerProtocol

// A WebSocket is a request whose reply goes on in both directions: it takes a place of its worker's concurrency from the
// acceptance to the worker's FINAL, and no time without a message ends it.

extension Broker {
    // MARK: What the worker says

    /// A worker answers with 101: the WebSocket stands, if it was asked for one.
    mutating func open(_ reply: WorkerReply, of slot: Int, now: Instant) {
        do throws(WorkerProtocolError) {
            guard requests[slot].isWebSocket else {
                refuseSwitch(of: slot)
                return abandon(slot, now: now)
            }
            guard reply.body.isEmpty else {
                throw WorkerProtocolError(.dataAfterHead, "a WebSocket is accepted with bytes behind the head")
            }
            let credit = try Self.credit(of: reply.head)
            requests[slot].state = .streaming
            requests[slot].isOpen = true
            requests[slot].dropFrames()
            requestDeadlines.remove(slot)
            services[requests[slot].service].webSockets += 1
            effects.append(.emit(requests[slot].id, .open(reply.head, credit: credit)))
            // The worker was asked before its process was to go.
            if !takes(workers[requests[slot].worker].process) { endForRestart(slot, now: now) }
        } catch {
            reportInvalid(slot, because: error)
            effects.append(.emit(requests[slot].id, .failure(.workerReplyInvalid)))
            abandon(slot, now: now)
        }
    }

    /// A worker answers a request that nobody waits for any more. If it accepts a WebSocket, and is one that wants no CANCEL, it
    /// cannot know that the client is gone, and would keep the WebSocket open: it is sent a close.
    mutating func receiveLateAcceptance(_ body: BodyFrames, of slot: Int, now: Instant) {
        let worker = requests[slot].worker
        guard requests[slot].isWebSocket, !requests[slot].isToldOfEnd, !workers[worker].properties.wantsCancel else {
            return
        }
        guard let head = try? ReplyHead(reading: body.head, maySwitch: true),
            head.status == ReplyHead.switchingProtocols
        else {
            // It is another answer, whose further pieces need not be looked at.
            requests[slot].isWebSocket = false
            return
        }
        requests[slot].isToldOfEnd = true
        send(.message(id: tag(of: slot).frame, kind: .close, data: Frame()), to: worker, now: now)
    }

    /// The bytes that the worker takes of its client's messages at first; nil where it does not say.
    private static func credit(of head: ReplyHead) throws(WorkerProtocolError) -> Int? {
        var texts: [String] = []
        head.forEachField { meaning, _, value in
            if meaning == .streamCredit { texts.append(String(decoding: value, as: UTF8.self)) }
        }
        guard let text = texts.first else { return nil }
        guard texts.count == 1, 1...18 ~= text.utf8.count, text.utf8.allSatisfy(\.isDigit), let bytes = Int(text) else {
            throw WorkerProtocolError(.credit, "the field x-stream-credit is not one decimal number")
        }
        return bytes
    }

    /// A worker answers with 101 to what was no request for a WebSocket, at least as it was told: the client would have to
    /// ask for one, or there would have to be a worker that serves them. Where neither is the case, it is no reply at all.
    /// Or it accepts one and ends it in one breath.
    mutating func refuseSwitch(of slot: Int) {
        let request = requests[slot]
        guard request.isWebSocket || !request.asksForWebSocket && !workers[request.worker].properties.servesWebSockets
        else {
            effects.append(.emit(request.id, .failure(.upgradeRequired)))
            return
        }
        let mistake = request.isWebSocket ? "a WebSocket is accepted by a FINAL" : "101 to what asked for no WebSocket"
        reportInvalid(slot, because: WorkerProtocolError(.unexpectedCommand, mistake))
        effects.append(.emit(request.id, .failure(.workerReplyInvalid)))
    }

    /// A worker sends a message to the client.
    mutating func receiveMessage(_ body: BodyFrames, of slot: Int, now: Instant) {
        do throws(WorkerProtocolError) {
            try validateSize(of: body)
            let (kind, data): (WebSocketMessageKind, Frame) =
                switch try WebSocketReply(message: body) {
                case .text(let data): (.text, data)
                case .binary(let data): (.binary, data)
                case .close: (.close, Frame())
                }
            guard spendCredit(data.count, of: slot) else { return breakOff(slot, now: now) }
            services[requests[slot].service].messagesToClients += 1
            effects.append(.emit(requests[slot].id, .message(kind, data)))
            noteSpent(of: slot, now: now)
        } catch {
            reportInvalid(slot, because: error)
            breakOff(slot, now: now)
        }
    }

    /// A worker has spent credit: once it sends nothing for a while, it is to be granted all that it has spent.
    private mutating func noteSpent(of slot: Int, now: Instant) {
        guard requests[slot].credit != nil else { return }
        requests[slot].lastPiece = now
        requests[slot].grantsAll = false
        if !requestDeadlines.contains(slot) { requestDeadlines.set(slot, to: now + configuration.heartbeat) }
    }

    /// Grants a worker that has sent nothing for a while all that the client has taken, however little: it may be waiting with
    /// a message that needs its whole credit. While it sends, grants are large and few.
    mutating func returnCredit(of slot: Int, now: Instant) {
        let quiet = requests[slot].lastPiece + configuration.heartbeat
        guard quiet <= now else { return requestDeadlines.set(slot, to: quiet) }
        requestDeadlines.remove(slot)
        grantConsumed(of: slot, now: now)
        guard let credit = requests[slot].credit, let window = streamWindow(of: slot), credit < window else { return }
        // The front, too, reports much at a time otherwise.
        requests[slot].grantsAll = true
        effects.append(.emit(requests[slot].id, .granted(0)))
    }

    /// A worker ends the WebSocket by its FINAL.
    mutating func receiveEnd(_ body: BodyFrames, of slot: Int) {
        do throws(WorkerProtocolError) {
            guard case .close(let code, let reason) = try WebSocketReply(end: body) else { return }
            counters.completed += 1
            effects.append(.emit(requests[slot].id, .closed(WebSocketEnd(code: code, reason: reason))))
        } catch {
            reportInvalid(slot, because: error)
            effects.append(.emit(requests[slot].id, .closed(.workerFailed)))
        }
    }

    /// A worker takes further bytes of its client's messages.
    mutating func receiveCredit(_ bytes: Int, of slot: Int) {
        guard requests[slot].isOpen else { return }
        effects.append(.emit(requests[slot].id, .granted(bytes)))
    }

    /// Ends a WebSocket because of what its worker did, which still has to end it, too.
    private mutating func breakOff(_ slot: Int, now: Instant) {
        reportHandling(slot, now: now)
        effects.append(.emit(requests[slot].id, .closed(.workerFailed)))
        abandon(slot, now: now)
    }

    /// Ends the WebSockets of a worker whose process is about to go: they would not end by themselves, and their clients can
    /// connect to the process that takes its place at once.
    mutating func endWebSockets(of worker: Int, now: Instant) {
        var slot = workers[worker].requests.first
        while slot >= 0 {
            let next = requestLinks.slot(after: slot)
            if requests[slot].isOpen { endForRestart(slot, now: now) }
            slot = next
        }
    }

    /// Tells both ends of a WebSocket that the service restarts. It takes its place at the worker until the worker's FINAL.
    private mutating func endForRestart(_ slot: Int, now: Instant) {
        let end = WebSocketEnd.restarted
        reportHandling(slot, now: now)
        effects.append(.emit(requests[slot].id, .closed(end)))
        let command = GatewayCommand.message(id: tag(of: slot).frame, kind: .close, data: end.contents)
        send(command, to: requests[slot].worker, now: now)
        requests[slot].isToldOfEnd = true
        abandon(slot, now: now)
    }

    /// What the client is told of a WebSocket whose worker is gone.
    func end(of slot: Int, because reason: WorkerLoss) -> WebSocketEnd {
        switch reason {
        case .stopped: .stopped
        // It had asked for no more, and was to come back.
        case .disconnected where workers[requests[slot].worker].isDraining: .stopped
        default: .workerFailed
        }
    }

    /// A request has come to its end, and with it its WebSocket, if it had one.
    mutating func noteEnd(of slot: Int) {
        guard requests[slot].isOpen else { return }
        requests[slot].isOpen = false
        services[requests[slot].service].webSockets -= 1
    }

    // MARK: What the client says

    /// Hands a worker what its client sent; nothing follows `close`.
    package mutating func send(_ kind: WebSocketMessageKind, _ data: Frame, for id: RequestID, now: Instant) {
        guard let slot = requestIndex[id], requests[slot].isOpen else { return }
        let command = GatewayCommand.message(id: tag(of: slot).frame, kind: kind, data: data)
        send(command, to: requests[slot].worker, sender: slot, now: now)
        guard kind == .close else {
            services[requests[slot].service].messagesFromClients += 1
            return
        }
        requests[slot].isToldOfEnd = true
        abandon(slot, now: now)
        completeDrain(now: now)
    }

    // MARK: A worker that does not read

    /// Whether a delivery has to wait behind others for which its worker's pipe had no room. To be asked before it is
    /// carried out.
    package mutating func keepsBack(_ delivery: Delivery) -> Bool {
        guard delivery.isKept, let first = workers[delivery.worker].backlog.first, first.sequence != delivery.sequence
        else { return false }
        keep(delivery)
        return true
    }

    /// Takes note that a delivery that is kept has been sent.
    package mutating func sent(_ delivery: Delivery) {
        guard isCurrent(delivery), delivery.isKept,
            workers[delivery.worker].backlog.first?.sequence == delivery.sequence
        else { return }
        workers[delivery.worker].backlog.removeFirst()
        if workers[delivery.worker].backlog.isEmpty {
            resumeClients(of: delivery.worker)
        } else {
            retryBacklog(of: delivery.worker)
        }
    }

    /// Puts a delivery behind those that wait, and lets the client send nothing more meanwhile.
    mutating func keep(_ delivery: Delivery) {
        workers[delivery.worker].backlog.append(delivery)
        let slot = delivery.sender
        guard slot >= 0, requests[slot].isOpen, requests[slot].worker == delivery.worker, !requests[slot].isPaused
        else {
            return
        }
        requests[slot].isPaused = true
        effects.append(.emit(requests[slot].id, .paused(true)))
    }

    /// Tries again to send what waits for room; the next follows when that is done.
    mutating func retryBacklog(of worker: Int) {
        guard !workers[worker].backlog.isEmpty else { return }
        while let next = workers[worker].backlog.first {
            if isCurrent(next) { return effects.append(.send(next)) }
            workers[worker].backlog.removeFirst()
        }
        resumeClients(of: worker)
    }

    private mutating func resumeClients(of worker: Int) {
        var slot = workers[worker].requests.first
        while slot >= 0 {
            if requests[slot].isPaused {
                requests[slot].isPaused = false
                if requests[slot].isOpen { effects.append(.emit(requests[slot].id, .paused(false))) }
            }
            slot = requestLinks.slot(after: slot)
        }
    }
}
