import Dispatch
import Logging
import SwiftZMQ
import SystemSupport

extension BrokerLoop {
    /// What the thread alone owns.
    private struct Work {
        var broker: Broker
        var effects: [BrokerEffect] = []
        var calls: [Call] = []
        /// The events of this round, by event loop.
        var events: ReplyBatches
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var watch: EndlessMessageWatch
        /// The processes that the gateway has started, by the ports that they connect to.
        var processes: [UInt16: ProgramProcess] = [:]
    }

    func run() {
        var work = Work(
            broker: Broker(configuration: configuration, now: .now),
            events: ReplyBatches(count: sinks.count),
            watch: EndlessMessageWatch(largestMessage: configuration.maximumReply))
        do {
            var received: Message?
            while true {
                if try readMessages(first: received, &work) { lookForEndlessMessages(&work) }
                takeCalls(&work)
                work.broker.advance(to: .now)
                try carryOutEffects(&work)
                work.events.handOver(to: sinks)
                if work.broker.isDraining, work.broker.isIdle { break }
                received = try wait(&work)
            }
        } catch {
            // The socket serves nobody any more: its context was shut down, or the process is out of memory.
            logger.critical("the broker ended: \(error)")
        }
        end(&work)
    }

    /// Waits for a message, a call, or the broker's next deadline.
    private func wait(_ work: inout Work) throws(ZMQError) -> Message? {
        let deadline = [work.broker.nextDeadline, work.watch.deadline].compactMap(\.self).min()
        return try inbox.wait(for: router, until: deadline) { $0.calls.isEmpty }
    }

    /// Whether all were read that have come.
    private func readMessages(first: Message?, _ work: inout Work) throws(ZMQError) -> Bool {
        let now = ContinuousClock.now
        return try router.takeMessages(first: first) { message throws(ZMQError) in receive(message, &work, now) }
    }

    private func receive(_ message: Message, _ work: inout Work, _ now: ContinuousClock.Instant) {
        var message = message
        if work.watch.isTracking { work.watch.delivered(message, by: router) }
        let routingID = message.removeFirst()
        let registered = work.broker.counters.workersRegistered
        let processes = work.processes
        work.broker.receive(from: routingID, message, of: process(of: message, among: processes), now: now)
        guard work.broker.counters.workersRegistered != registered else { return }
        if let address = router.peerAddress(ofLast: message) {
            work.broker.setAddress(address, of: routingID)
        }
        if let descriptor = router.peerDescriptor(ofLast: message) {
            work.broker.setConnection(descriptor, of: routingID, now: now)
        }
        work.watch.delivered(message, by: router)
    }

    /// The process that the sender of the last message belongs to, by the port at this end of its connection.
    private func process(of message: Message, among processes: [UInt16: ProgramProcess]) -> ProgramProcess? {
        guard !processes.isEmpty else { return nil }
        return router.peerDescriptor(ofLast: message).flatMap(LocalPort.number).flatMap { processes[$0] }
    }

    private func lookForEndlessMessages(_ work: inout Work) {
        let count = work.watch.look(at: .now)
        guard count > 0 else { return }
        logger.warning("connection cut, as a message came through it that did not end", metadata: ["count": "\(count)"])
    }

    private func takeCalls(_ work: inout Work) {
        inbox.takeCalls(into: &work.calls)
        guard !work.calls.isEmpty else { return }
        let now = ContinuousClock.now
        for call in work.calls {
            switch call {
            case .submit(let requests):
                for request in requests { work.broker.submit(request, now: now) }
            case .cancel(let id): work.broker.cancel(id, now: now)
            case .consumed(let id, let bytes): work.broker.consumed(id, bytes: bytes, now: now)
            case .send(let kind, let data, let id): work.broker.send(kind, data, for: id, now: now)
            case .connectionOpened(let descriptor):
                work.broker.connectionOpened(descriptor)
                work.watch.opened(descriptor)
            case .connectionClosed(let descriptor):
                work.broker.connectionClosed(descriptor, now: now)
                work.watch.closed(descriptor)
            case .stop: work.broker.stop(now: now)
            case .reconfigure(let configuration): work.broker.reconfigure(configuration, now: now)
            case .addProcess(let process, let port, let requestLimit, let taken):
                work.processes[port] = process
                work.broker.addProcess(process, requestLimit: requestLimit)
                taken.signal()
            case .retire(let process): work.broker.retire(process, now: now)
            case .release(let process): work.broker.release(process, now: now)
            case .forget(let process):
                work.processes = work.processes.filter { $0.value != process }
                work.broker.forget(process, now: now)
            case .snapshot(let continuation): continuation.resume(returning: work.broker.snapshot())
            case .notifyEnd(let continuation): work.waitingForEnd.append(continuation)
            }
        }
        work.calls.removeAll(keepingCapacity: true)
    }

    private func carryOutEffects(_ work: inout Work) throws(ZMQError) {
        // A send that fails has effects of its own.
        while !work.broker.effects.isEmpty {
            work.broker.takeEffects(into: &work.effects)
            // Taken out one by one, and not copied.
            work.effects.reverse()
            while let effect = work.effects.popLast() {
                switch effect {
                case .send(let delivery):
                    if work.broker.isCurrent(delivery), !work.broker.keepsBack(delivery) { try send(delivery, &work) }
                case .emit(let id, let event): work.events.append(event, for: id)
                case .report(let report): log(report)
                }
            }
        }
    }

    private func send(_ delivery: Delivery, _ work: inout Work) throws(ZMQError) {
        do throws(ZMQError) {
            if try router.trySend(delivery.message) {
                if delivery.isKept { work.broker.sent(delivery) }
                return
            }
            work.broker.sendFailed(delivery, reason: .full, now: .now)
        } catch {
            guard error.code == .hostUnreachable else { throw error }
            work.broker.sendFailed(delivery, reason: .unreachable, now: .now)
        }
    }

    /// Answers everyone who still waits for this thread, and lets nobody wait for it any more.
    private func end(_ work: inout Work) {
        work.broker.stop(now: .now)
        try? carryOutEffects(&work)
        work.events.handOver(to: sinks)
        let left = inbox.end()
        router.close()
        for call in left {
            switch call {
            case .submit(let requests): refuse(requests)
            case .snapshot(let continuation): continuation.resume(returning: nil)
            case .notifyEnd(let continuation): work.waitingForEnd.append(continuation)
            case .addProcess(_, _, _, let taken): taken.signal()
            case .cancel, .consumed, .send, .connectionOpened, .connectionClosed, .stop, .reconfigure, .retire,
                .release, .forget:
                break
            }
        }
        for continuation in work.waitingForEnd { continuation.resume() }
    }
}
