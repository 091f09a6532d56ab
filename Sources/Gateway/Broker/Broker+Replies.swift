import SwiftZMQ
import WorkerProtocol

extension Broker {
    /// A piece of a streamed reply, the first with the head.
    mutating func receivePartial(_ body: BodyFrames, of slot: Int, now: Instant) {
        switch requests[slot].state {
        case .queued:
            return
        case .abandoned:
            dropReply(of: requests[slot].worker)
            receiveLateAcceptance(body, of: slot, now: now)
        case .streaming where requests[slot].isOpen:
            receiveMessage(body, of: slot, now: now)
        case .outstanding where requests[slot].isOpaque && !accepts(body, of: slot):
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, .failure(.workerReplyInvalid)))
            abandon(slot, now: now)
        case .streaming where !accepts(body, of: slot):
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, .cut))
            abandon(slot, now: now)
        case .outstanding where requests[slot].isOpaque:
            requests[slot].state = .streaming
            requests[slot].dropFrames()
            requests[slot].lastPiece = now
            reportHandling(slot, now: now)
            requestDeadlines.set(slot, to: now + configuration.streamIdleTimeout)
            effects.append(.emit(requests[slot].id, .frames(body, isLast: false)))
        case .streaming where requests[slot].isOpaque:
            requests[slot].lastPiece = now
            effects.append(.emit(requests[slot].id, .frames(body, isLast: false)))
        case .outstanding:
            guard let reply = readReply(body, of: slot) else {
                reportHandling(slot, now: now)
                effects.append(.emit(requests[slot].id, .failure(.workerReplyInvalid)))
                abandon(slot, now: now)
                return
            }
            if reply.head.status == ReplyHead.switchingProtocols {
                reportHandling(slot, now: now)
                return open(reply, of: slot, now: now)
            }
            guard spendCredit(reply.body.count, of: slot) else {
                reportHandling(slot, now: now)
                effects.append(.emit(requests[slot].id, .failure(.workerReplyInvalid)))
                abandon(slot, now: now)
                return
            }
            requests[slot].state = .streaming
            requests[slot].dropFrames()
            requests[slot].lastPiece = now
            reportHandling(slot, now: now)
            requestDeadlines.set(slot, to: now + configuration.streamIdleTimeout)
            effects.append(.emit(requests[slot].id, .begin(reply.head, piece: reply.body)))
        case .streaming:
            let piece = Frame(joining: body)
            guard spendCredit(piece.count, of: slot) else {
                reportHandling(slot, now: now)
                effects.append(.emit(requests[slot].id, .cut))
                abandon(slot, now: now)
                return
            }
            // The deadline is not moved for every piece: when it comes, it is compared with this time.
            requests[slot].lastPiece = now
            effects.append(.emit(requests[slot].id, .piece(piece)))
        }
    }

    /// A whole reply, or the last piece of a streamed one; the worker has a place free again.
    mutating func receiveFinal(_ body: BodyFrames, of slot: Int, now: Instant) {
        let worker = requests[slot].worker
        let service = requests[slot].service
        switch requests[slot].state {
        case .queued:
            return
        case .abandoned:
            if !requests[slot].isToldOfEnd { dropReply(of: worker) }
        case .streaming where requests[slot].isOpen:
            reportHandling(slot, now: now)
            receiveEnd(body, of: slot)
        case .outstanding where requests[slot].isOpaque && !accepts(body, of: slot):
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, .failure(.workerReplyInvalid)))
        case .streaming where !accepts(body, of: slot):
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, .cut))
        case .outstanding where requests[slot].isOpaque, .streaming where requests[slot].isOpaque:
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, .frames(body, isLast: true)))
            counters.completed += 1
        case .outstanding:
            reportHandling(slot, now: now)
            if let reply = readReply(body, of: slot) {
                if reply.head.status == ReplyHead.switchingProtocols {
                    refuseSwitch(of: slot)
                    break
                }
                effects.append(.emit(requests[slot].id, .reply(reply.head, body: reply.body)))
                counters.completed += 1
            } else {
                effects.append(.emit(requests[slot].id, .failure(.workerReplyInvalid)))
            }
        case .streaming:
            let piece = Frame(joining: body)
            reportHandling(slot, now: now)
            if spendCredit(piece.count, of: slot) {
                effects.append(.emit(requests[slot].id, .end(piece)))
                counters.completed += 1
            } else {
                effects.append(.emit(requests[slot].id, .cut))
            }
        }
        countServed(by: worker)
        vacate(worker, by: slot)
        finish(slot)
        serveQueue(of: service, now: now)
    }

    /// A worker gives a request up; it has a place free again. No other worker gets the request: it may have been done.
    mutating func receiveAbort(of slot: Int, because reason: Frame, now: Instant) {
        let worker = requests[slot].worker
        let service = requests[slot].service
        switch requests[slot].state {
        case .queued:
            return
        case .abandoned:
            break
        case .outstanding:
            reportAbort(slot, because: reason)
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, .failure(.workerAborted)))
        case .streaming:
            reportAbort(slot, because: reason)
            reportHandling(slot, now: now)
            effects.append(.emit(requests[slot].id, requests[slot].isOpen ? .closed(.workerFailed) : .cut))
        }
        vacate(worker, by: slot)
        finish(slot)
        serveQueue(of: service, now: now)
    }

    private mutating func reportAbort(_ slot: Int, because reason: Frame) {
        effects.append(
            .report(
                .requestAborted(
                    requests[slot].id, service: services[requests[slot].service].name,
                    routingID: workers[requests[slot].worker].routingID, reason: reason)))
    }

    /// Drops a reply, or a piece of one, that nobody waits for.
    mutating func dropReply(of worker: Int) {
        counters.lateReplies += 1
        effects.append(
            .report(
                .replyLate(
                    routingID: workers[worker].routingID, service: services[workers[worker].service].name)))
    }

    /// Says which worker has a request, and for how long, where that is wanted.
    mutating func reportHandling(_ slot: Int, now: Instant) {
        guard configuration.reportsHandling, requests[slot].worker >= 0 else { return }
        let dispatched = requests[slot].dispatched
        let handling = RequestHandling(
            worker: workers[requests[slot].worker].name, waiting: dispatched - requests[slot].arrival,
            working: now - dispatched)
        effects.append(.emit(requests[slot].id, .handled(handling)))
    }

    private mutating func readReply(_ body: BodyFrames, of slot: Int) -> WorkerReply? {
        do throws(WorkerProtocolError) {
            try validateSize(of: body)
            // A worker that accepts a WebSocket has nothing to send beside the head.
            if requests[slot].isWebSocket, body.count == 1,
                let head = try? ReplyHead(reading: body.head, maySwitch: true),
                head.status == ReplyHead.switchingProtocols
            {
                return WorkerReply(head: head, body: Frame())
            }
            return try WorkerReply(reading: body, maySwitch: true)
        } catch {
            reportInvalid(slot, because: error)
            return nil
        }
    }

    mutating func reportInvalid(_ slot: Int, because reason: WorkerProtocolError) {
        counters.invalidReplies += 1
        let service = services[requests[slot].service].name
        effects.append(.report(.replyInvalid(requests[slot].id, service: service, reason: reason)))
    }

    func validateSize(of body: BodyFrames) throws(WorkerProtocolError) {
        let size = body.reduce(0) { $0 + $1.count }
        guard size > configuration.maximumReply else { return }
        throw WorkerProtocolError(
            .replyTooLarge, "the reply has \(size) bytes; the most is \(configuration.maximumReply) (max-reply)")
    }

    /// Whether a piece of a stream is small enough; one that is not ends the stream.
    private mutating func accepts(_ body: BodyFrames, of slot: Int) -> Bool {
        do throws(WorkerProtocolError) {
            try validateSize(of: body)
            return true
        } catch {
            reportInvalid(slot, because: error)
            return false
        }
    }

    /// Counts a piece against what the worker was granted; false where it was granted less.
    mutating func spendCredit(_ bytes: Int, of slot: Int) -> Bool {
        guard let credit = requests[slot].credit else { return true }
        requests[slot].credit = credit - bytes
        guard bytes > credit else { return true }
        effects.append(
            .report(.creditExceeded(requests[slot].id, service: services[requests[slot].service].name)))
        return false
    }
}
