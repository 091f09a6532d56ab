extension Broker {
    /// Whether a delivery still has to be carried out.
    ///
    /// It has not when its worker was lost after it was made: the worker must get no further command, a request is on
    /// another way already, and neither may reach a worker that has taken over the routing id. Nor has a CANCEL of what
    /// found no room in the worker's pipe, or has been answered.
    package func isCurrent(_ delivery: Delivery) -> Bool {
        guard delivery.worker >= 0 else { return true }
        guard workers[delivery.worker].registration < delivery.sequence else { return false }
        guard delivery.cancelled == 0 || requests[delivery.sender].sequence == delivery.cancelled else { return false }
        return delivery.slot < 0
            || requests[delivery.slot].sequence == delivery.sequence && requests[delivery.slot].worker >= 0
    }

    /// Takes note of a message that could not be sent. To be called before any later effect is carried out.
    ///
    /// A request that it carried has not left, and goes to another worker. An unreachable worker is lost; one whose
    /// pipe is full counts as busy until it is heard again or the next heartbeat is due.
    package mutating func sendFailed(_ delivery: Delivery, reason: DeliveryFailure, now: Instant) {
        guard let worker = workerIndex[delivery.routingID], workers[worker].registration < delivery.sequence else {
            return
        }
        switch reason {
        case .unreachable:
            lose(worker, because: .unreachable, unsent: delivery.sequence, now: now)
        case .full:
            workers[worker].isFull = true
            if delivery.isKept, workers[worker].backlog.isEmpty { keep(delivery) }
            updateAvailability(worker)
            let retry = now + configuration.heartbeat
            if !workerTimers.contains(worker) { workerTimers.set(worker, to: retry) }
            if delivery.slot >= 0, isCurrent(delivery) {
                vacate(worker, by: delivery.slot)
                if requests[delivery.slot].state == .abandoned {
                    finish(delivery.slot)
                } else {
                    returnToQueue(delivery.slot)
                }
            }
            serveQueue(of: workers[worker].service, now: now)
        }
        completeDrain(now: now)
    }
}
