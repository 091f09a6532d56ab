package import SwiftZMQ
import WorkerProtocol

// A REQ worker has no heartbeats of its own. ZeroMQ's close its connection when its process hangs or its host is gone,
// but a ROUTER is not told whose that was: only the number of a descriptor is, which the messages of the worker carry,
// too. Numbers are used again, and what is told of them comes by another way than messages, perhaps later.

extension Broker {
    /// Says through which connection a worker has registered.
    package mutating func setConnection(_ descriptor: Int32, of routingID: Frame, now: Instant) {
        guard let worker = workerIndex[routingID], !workers[worker].dialect.hasHeartbeats else { return }
        // The number belongs to the last that came with it; the one before is gone.
        if let other = connectionIndex[descriptor], other != worker { lose(other, because: .unreachable, now: now) }
        workers[worker].connection = descriptor
        connectionIndex[descriptor] = worker
    }

    /// A connection was accepted. If a worker has registered through one of that number, an end that was told before
    /// may have been that of another.
    package mutating func connectionOpened(_ descriptor: Int32) {
        guard let worker = connectionIndex[descriptor], workers[worker].isSuspect else { return }
        workers[worker].isSuspect = false
        if !workers[worker].isFull { workerTimers.remove(worker) }
    }

    /// A connection was lost. The worker that has registered through it is given up after a heartbeat, by when it would
    /// have been told that the number has been given to another connection before.
    package mutating func connectionClosed(_ descriptor: Int32, now: Instant) {
        guard let worker = connectionIndex[descriptor] else { return }
        workers[worker].isSuspect = true
        workerTimers.set(worker, to: now + configuration.heartbeat)
    }
}
