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
        guard let worker = workers[name] else { return broken.append("a message to \(name), whom nobody knows") }
        if worker.isDead { return broker.sendFailed(delivery, reason: .unreachable, now: now) }
        if worker.isFull {
            count("full")
            return broker.sendFailed(delivery, reason: .full, now: now)
        }
        do throws(WorkerProtocolError) {
            switch try GatewayCommand(reading: delivery.frames, dialect: worker.dialect) {
            case .request(let id, let body) where delivery.request != nil: ask(name, id, body, delivery.request)
            // The other requests are a DISCONNECT in the dialect of the peer's earlier life.
            case .disconnect, .request:
                workers[name]?.isRegistered = false
                workers[name]?.outstanding = []
            case .cancel(let id):
                // It may cross the reply, but must not name what the worker never had.
                check(
                    worker.outstanding.contains { $0.tag == id } || oldTags.contains(id),
                    "CANCEL for what \(name) never had")
            case .heartbeat, .credit, .message: break
            }
        } catch {
            // As above.
            check(delivery.request == nil, "\(name) cannot read its request: \(error)")
            workers[name]?.isRegistered = false
            workers[name]?.outstanding = []
        }
    }

    private mutating func ask(_ name: String, _ tag: Frame, _ body: BodyFrames, _ request: RequestID?) {
        guard let request, let client = clients[request.number] else {
            return broken.append("a request without a client")
        }
        let number = request.number
        check(String(body[1]) == "\(number)", "request \(number) has the body of another")
        check(workers[name]?.isRegistered == true, "request \(number) goes to \(name), which is not registered")
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
        case .cut:
            count("cut")
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
        case .workerDraining: count("draining")
        case .workerRegistered, .peerRefused, .replyInvalid, .creditExceeded, .serviceForgotten: break
        }
    }
}
