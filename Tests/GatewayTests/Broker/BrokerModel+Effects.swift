import Gateway
import SwiftZMQ
import WorkerProtocol

extension BrokerModel {
    /// Carries the effects out as a driver does, and holds each against the rules.
    mutating func carryOut() {
        var effects: [BrokerEffect] = []
        broker.takeEffects(into: &effects)
        while !effects.isEmpty {
            for effect in effects {
                switch effect {
                case .send(let delivery): deliver(delivery)
                case .emit(let id, let event): answer(id.number, event)
                case .report(let report): note(report)
                }
            }
            broker.takeEffects(into: &effects)
        }
    }

    private mutating func deliver(_ delivery: Delivery) {
        let name = String(delivery.routingID)
        guard broker.isCurrent(delivery) else { return count("not current") }
        guard !broker.keepsBack(delivery) else { return count("kept back") }
        guard let worker = workers[name] else { return broken.append("a message to \(name), whom nobody knows") }
        if worker.isDead { return broker.sendFailed(delivery, reason: .unreachable, now: now) }
        if worker.isFull {
            count("full")
            return broker.sendFailed(delivery, reason: .full, now: now)
        }
        defer { broker.sent(delivery) }
        do throws(WorkerProtocolError) {
            switch try GatewayCommand(reading: delivery.frames, dialect: worker.dialect) {
            case .request(let id, let body) where delivery.request != nil: ask(name, id, body, delivery.request)
            // The other requests are a DISCONNECT in the dialect of the peer's earlier life.
            case .disconnect, .request:
                forget(name)
            case .cancel(let id):
                // It may cross the reply, but must not name what the worker never had.
                check(
                    worker.outstanding.contains { $0.tag == id } || oldTags.contains(id),
                    "CANCEL for what \(name) never had")
            case .message(let id, let kind, let data):
                guard let (number, _) = worker.outstanding.first(where: { $0.tag == id }) else {
                    // It crossed the worker's end.
                    return check(oldTags.contains(id), "a message for what \(name) never had")
                }
                hear(name, number, kind, data)
            case .heartbeat, .credit: break
            }
        } catch {
            // As above.
            check(delivery.request == nil, "\(name) cannot read its request: \(error)")
            forget(name)
        }
    }

    /// A worker gets what its client sent: in order, none missing, and nothing after the end.
    private mutating func hear(_ name: String, _ number: UInt64, _ kind: WebSocketMessageKind, _ data: Frame) {
        check(workers[name]?.open.contains(number) == true, "\(name) gets a message of \(number), which is not open")
        check(workers[name]?.ended.contains(number) != true, "\(name) gets a message of \(number) after its end")
        guard kind != .close else {
            workers[name]?.ended.insert(number)
            return
        }
        count("heard")
        let position = (workers[name]?.received[number] ?? 0) + 1
        workers[name]?.received[number] = position
        check(String(data) == "\(number) \(position)", "\(name) gets \(data) in place of \(number) \(position)")
    }

    private mutating func ask(_ name: String, _ tag: Frame, _ body: BodyFrames, _ request: RequestID?) {
        guard let request, let client = clients[request.number] else {
            return broken.append("a request without a client")
        }
        let number = request.number
        check(String(body[1]) == "\(number)", "request \(number) has the body of another")
        check(workers[name]?.isRegistered == true, "request \(number) goes to \(name), which is not registered")
        let isAsked = String(body[0]).contains("x-websocket: 13\r\n")
        check(
            isAsked == (client.asksForWebSocket && workers[name]?.servesWebSockets == true),
            "\(name) is asked for the wrong thing by \(number)")
        if isAsked { workers[name]?.webSockets.insert(number) }
        workers[name]?.outstanding.append((number, tag))
        let load = workers[name]?.outstanding.count ?? 0
        check(load <= workers[name]?.concurrency ?? 0, "\(name) has \(load) requests")
        check(!client.isOver, "request \(number) is sent after its outcome")
        let deliveries = client.deliveries + 1
        clients[number]?.deliveries = deliveries
        check(deliveries == 1 || client.isIdempotent, "request \(number), not idempotent, left twice")
        check(deliveries <= client.retries + 1, "request \(number) left \(deliveries) times")
    }

    private mutating func answer(_ number: UInt64, _ event: ReplyEvent) {
        guard let client = clients[number] else { return broken.append("an event for \(number), whom nobody knows") }
        check(!client.isCancelled, "an event for request \(number), which is cancelled")
        check(!client.isOver, "an event for request \(number) after its outcome")
        func isOwn(_ body: Frame) -> Bool { String(body) == "\(number)" }
        switch event {
        case .handled:
            break
        case .frames:
            check(false, "request \(number) got frames that were not read")
        case .reply(_, let body):
            count("reply")
            check(isOwn(body) && !client.hasBegun, "request \(number) got the reply \(body)")
            clients[number]?.isOver = true
        case .begin(_, let piece):
            count("begin")
            check(isOwn(piece) && !client.hasBegun, "request \(number) got the start \(piece)")
            clients[number]?.hasBegun = true
        case .piece(let piece):
            count("piece")
            check(isOwn(piece) && client.hasBegun, "request \(number) got the piece \(piece)")
        case .end(let piece):
            count("end")
            // The malformed whole replies of the model are two frames; as pieces they are merely joined.
            check(
                client.hasBegun && (isOwn(piece) || String(piece) == "bad\(number)"),
                "request \(number) got the end \(piece)")
            clients[number]?.isOver = true
        case .open:
            count("open")
            check(client.asksForWebSocket && !client.hasBegun, "request \(number) is opened")
            clients[number]?.hasBegun = true
            clients[number]?.isOpen = true
        case .message(_, let data):
            count("message")
            check(client.isOpen && isOwn(data), "request \(number) got the message \(data)")
        case .granted, .paused:
            count("\(event)")
            check(client.isOpen, "request \(number) is granted something, or paused, and is not open")
        case .closed(let end):
            count("closed \(end.code)")
            check(client.isOpen, "request \(number) is closed and was not open")
            check(!end.isOrderly || isOwn(end.reason), "request \(number) got the end of another")
            clients[number]?.isOver = true
        case .cut:
            count("cut")
            check(!client.isOpen, "request \(number) is open and cut")
            check(client.hasBegun, "request \(number) is cut before it began")
            clients[number]?.isOver = true
        case .failure(let failure):
            count(failure.rawValue)
            check(!client.hasBegun, "request \(number) fails after it began")
            clients[number]?.isOver = true
        }
    }

    private mutating func note(_ report: BrokerReport) {
        switch report {
        case .workerLost(_, _, .violation): count("lost: violation")
        case .workerLost(_, _, let reason): count("lost: \(reason)")
        case .replyLate: count("late")
        case .requestAborted: count("aborted")
        case .requestRetried: count("retried")
        case .processConnected, .processIdle, .processSpent: break
        case .workerDraining: count("draining")
        case .workerRegistered, .peerRefused, .replyInvalid, .creditExceeded, .serviceForgotten: break
        }
    }
}
