import Logging
import NIOConcurrencyHelpers
import SwiftZMQ

extension BrokerLoop {
    /// How many messages are read before requests have their turn.
    private static let messagesPerRound = 1024

    /// What the thread alone owns.
    private struct Work {
        var broker: Broker
        var effects: [BrokerEffect] = []
        var orders: [Order] = []
        /// The events of this round, by event loop.
        var events: [[(RequestID, ReplyEvent)]]
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var watch: EndlessMessageWatch
    }

    func run() {
        var work = Work(
            broker: Broker(configuration: configuration, now: .now),
            events: Array(repeating: [], count: sinks.count),
            watch: EndlessMessageWatch(largestMessage: configuration.maximumReply))
        do {
            var received: Multipart?
            while true {
                if try readMessages(first: received, &work) { lookForEndlessMessages(&work) }
                takeOrders(&work)
                work.broker.advance(to: .now)
                try carryOutEffects(&work)
                handOverEvents(&work)
                if work.broker.isDraining, work.broker.isIdle { break }
                received = try wait(&work)
            }
        } catch {
            // The socket serves nobody any more: its context was shut down, or the process is out of memory.
            logger.critical("the broker ended: \(error)")
        }
        end(&work)
    }

    /// Waits for a message, an order, or the broker's next deadline.
    private func wait(_ work: inout Work) throws(ZMQError) -> Multipart? {
        let maySleep = outbox.withLockedValue { outbox in
            outbox.isAsleep = outbox.orders.isEmpty
            return outbox.isAsleep
        }
        guard maySleep else { return nil }
        let deadline = [work.broker.nextDeadline, work.watch.deadline].compactMap(\.self).min()
        let timeout = deadline.map { max($0 - .now, .zero) }
        let received = try router.blocking.receive(timeout: timeout, orUntilReadable: wake.number)
        let wasWoken = outbox.withLockedValue { outbox in
            defer { outbox.isAsleep = false }
            return !outbox.isAsleep
        }
        if wasWoken { wake.clear() }
        return received
    }

    /// Whether all were read that have come.
    private func readMessages(first: Multipart?, _ work: inout Work) throws(ZMQError) -> Bool {
        var next = first
        if next == nil { next = try router.tryReceive() }
        guard next != nil else { return true }
        let now = ContinuousClock.now
        var count = 0
        while var message = next {
            // A ROUTER socket puts the routing id in front, so a message has two frames at least.
            if message.count > 1 {
                if work.watch.isTracking { work.watch.delivered(message, by: router) }
                let routingID = message.removeFirst()
                let registered = work.broker.counters.workersRegistered
                work.broker.receive(from: routingID, message, now: now)
                if work.broker.counters.workersRegistered != registered {
                    if let address = message[message.count - 1].metadata.peerAddress ?? router.lastPeerAddress {
                        work.broker.setAddress(address, of: routingID)
                    }
                    if let descriptor = router.lastPeerDescriptor {
                        work.broker.setConnection(descriptor, of: routingID, now: now)
                    }
                    work.watch.delivered(message, by: router)
                }
            }
            count += 1
            guard count < Self.messagesPerRound else { return false }
            next = try router.tryReceive()
        }
        return true
    }

    private func lookForEndlessMessages(_ work: inout Work) {
        let count = work.watch.look(at: .now)
        guard count > 0 else { return }
        logger.warning("connection cut, as a message came through it that did not end", metadata: ["count": "\(count)"])
    }

    private func takeOrders(_ work: inout Work) {
        outbox.withLockedValue { swap(&$0.orders, &work.orders) }
        guard !work.orders.isEmpty else { return }
        let now = ContinuousClock.now
        for order in work.orders {
            switch order {
            case .submit(let requests):
                for request in requests { work.broker.submit(request, now: now) }
            case .cancel(let id): work.broker.cancel(id, now: now)
            case .consumed(let id, let bytes): work.broker.consumed(id, bytes: bytes, now: now)
            case .connectionOpened(let descriptor):
                work.broker.connectionOpened(descriptor)
                work.watch.opened(descriptor)
            case .connectionClosed(let descriptor):
                work.broker.connectionClosed(descriptor, now: now)
                work.watch.closed(descriptor)
            case .drain: work.broker.drain(now: now)
            case .stop: work.broker.stop(now: now)
            case .reconfigure(let configuration): work.broker.reconfigure(configuration, now: now)
            case .snapshot(let continuation): continuation.resume(returning: work.broker.snapshot())
            case .notifyEnd(let continuation): work.waitingForEnd.append(continuation)
            }
        }
        work.orders.removeAll(keepingCapacity: true)
    }

    private func carryOutEffects(_ work: inout Work) throws(ZMQError) {
        // A send that fails has effects of its own.
        while !work.broker.effects.isEmpty {
            work.broker.takeEffects(into: &work.effects)
            for effect in work.effects {
                switch effect {
                case .send(let delivery):
                    if work.broker.isCurrent(delivery) { try send(delivery, &work) }
                case .emit(let id, let event): work.events[Int(id.loop)].append((id, event))
                case .report(let report): log(report)
                }
            }
        }
        work.effects.removeAll(keepingCapacity: true)
    }

    private func send(_ delivery: Delivery, _ work: inout Work) throws(ZMQError) {
        do throws(ZMQError) {
            let message = Multipart(delivery.routingID, followedBy: delivery.frames)
            if try router.trySend(message) { return }
            work.broker.sendFailed(delivery, reason: .full, now: .now)
        } catch {
            guard error.code == .hostUnreachable else { throw error }
            work.broker.sendFailed(delivery, reason: .unreachable, now: .now)
        }
    }

    private func handOverEvents(_ work: inout Work) {
        for index in work.events.indices where !work.events[index].isEmpty {
            sinks[index].deliver(work.events[index])
            work.events[index].removeAll(keepingCapacity: true)
        }
    }

    /// Answers everyone who still waits for this thread, and lets nobody wait for it any more.
    private func end(_ work: inout Work) {
        work.broker.stop(now: .now)
        try? carryOutEffects(&work)
        handOverEvents(&work)
        let left = outbox.withLockedValue { outbox in
            outbox.hasEnded = true
            defer { outbox.orders = [] }
            return outbox.orders
        }
        router.close()
        for order in left {
            switch order {
            case .submit(let requests): refuse(requests)
            case .snapshot(let continuation): continuation.resume(returning: nil)
            case .notifyEnd(let continuation): work.waitingForEnd.append(continuation)
            case .cancel, .consumed, .connectionOpened, .connectionClosed, .drain, .stop, .reconfigure: break
            }
        }
        for continuation in work.waitingForEnd { continuation.resume() }
    }
}
