import WorkerProtocol

extension Broker {
    /// Lets time pass: requests whose time is over fail, heartbeats are sent, silent workers are lost.
    ///
    /// To be called at ``nextDeadline`` or later, after the messages that have arrived were handed in.
    /// If it comes more than a heartbeat late, the driver's process stood still, and what workers said meanwhile may not
    /// have come through to it yet: no worker is lost as silent for a heartbeat more.
    package mutating func advance(to now: Instant) {
        if let due = nextDeadline, now - due > configuration.heartbeat {
            silenceCountsFrom = now + configuration.heartbeat
        }
        while let slot = requestDeadlines.due(at: now) { expire(slot, now: now) }
        while let worker = workerTimers.due(at: now) { lookAfter(worker, now: now) }
        while let service = graceTimers.due(at: now) {
            let slot = oldestWaiting(for: service)
            effects.append(.emit(requests[slot].id, .failure(.noWorker)))
            leaveQueue(slot)
            finish(slot)
        }
        completeDrain(now: now)
    }

    private mutating func expire(_ slot: Int, now: Instant) {
        let id = requests[slot].id
        switch requests[slot].state {
        case .queued:
            effects.append(.emit(id, .failure(.workerTimeout)))
            leaveQueue(slot)
            finish(slot)
        case .outstanding:
            reportHandling(slot, now: now)
            effects.append(.emit(id, .failure(.workerTimeout)))
            abandon(slot, now: now)
        case .streaming where requests[slot].isOpen:
            returnCredit(of: slot, now: now)
        case .streaming:
            // A worker that has used up its credit may not send: the client is the one that is waited for.
            if let credit = requests[slot].credit, credit <= 0 { requests[slot].lastPiece = now }
            let end = requests[slot].lastPiece + configuration.streamIdleTimeout
            guard end <= now else {
                requestDeadlines.set(slot, to: end)
                return
            }
            reportHandling(slot, now: now)
            effects.append(.emit(id, .cut))
            abandon(slot, now: now)
        case .abandoned:
            requestDeadlines.remove(slot)
        }
    }

    private mutating func lookAfter(_ worker: Int, now: Instant) {
        let interval = configuration.heartbeat
        if workers[worker].dialect.hasHeartbeats {
            let dead = max(workers[worker].lastHeard + interval * BrokerConfiguration.liveness, silenceCountsFrom)
            guard now < dead else {
                lose(worker, because: .silent, now: now)
                return
            }
            // Every command is a sign of life; a heartbeat is only sent where there was no other.
            if now >= workers[worker].lastSent + interval { send(.heartbeat, to: worker, now: now) }
            workerTimers.set(worker, to: min(workers[worker].lastSent + interval, dead))
        } else if workers[worker].isSuspect {
            lose(worker, because: .unreachable, now: now)
            return
        } else {
            workerTimers.remove(worker)
        }
        if workers[worker].isFull {
            // Perhaps there is room by now; the next request shows.
            workers[worker].isFull = false
            retryBacklog(of: worker)
            updateAvailability(worker)
            serveQueue(of: workers[worker].service, now: now)
        }
    }
}
