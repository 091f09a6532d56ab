import Logging
import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport
import WorkerProtocol

extension StreamLoop {
    /// What the thread alone owns.
    private struct Work {
        var broadcaster: TopicBroadcaster
        var sockets: StreamSockets
        let poller: Poller<Source>
        var effects: [TopicEffect] = []
        var calls: [Call] = []
        /// The events of this round, by event loop.
        var events: ReplyBatches
        var ready: [Poller<Source>.Ready] = []
        var isStopping = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// How many messages of one publisher are read before others have their turn, and before what they make is handed over.
    private static let messagesPerRound = 256

    /// Where a process may begin to number messages. Each begins somewhere else, so that none takes a number of an earlier
    /// one for its own, whatever the clock says; and JavaScript, which knows every number up to 2^53, has room to count.
    static let firstIDs: Range<UInt64> = 1 << 50..<1 << 51

    func run(
        _ configuration: TopicBroadcasterConfiguration, _ sockets: StreamSockets, _ poller: Poller<Source>,
        _ router: RequestRouter
    ) {
        do {
            var work = Work(
                broadcaster: TopicBroadcaster(configuration, firstID: .random(in: Self.firstIDs)), sockets: sockets,
                poller: poller,
                events: ReplyBatches(count: sinks.count))
            try follow(router, &work)
            while true {
                try readMessages(&work)
                takeCalls(&work)
                work.broadcaster.advance(to: .now)
                work.broadcaster.flush()
                carryOutEffects(&work)
                work.events.handOver(to: sinks)
                if work.isStopping { break }
                work.ready = try wait(&work)
            }
            end(&work)
        } catch {
            // The context was shut down, or the process is out of memory or of descriptors.
            logger.critical("the topic streams ended: \(error)")
            endWithoutWork()
        }
    }

    private func wait(_ work: inout Work) throws(ZMQError) -> [Poller<Source>.Ready] {
        let deadline = work.broadcaster.nextDeadline
        let poller = work.poller
        let sleep: (Int32) throws(ZMQError) -> [Poller<Source>.Ready] = { _ throws(ZMQError) in
            try poller.blocking.wait(timeout: deadline.map { max($0 - .now, .zero) })
        }
        if let ready = try inbox.sleep(if: { $0.calls.isEmpty }, sleep) {
            // Also what was signalled so late that its call had been taken already, which would end every wait from now on.
            if ready.contains(where: { $0.key == .inbox }) { inbox.clearWake() }
            return ready
        }
        // Without having slept it is looked what there is besides the calls.
        return try poller.blocking.wait(timeout: .zero)
    }

    private func readMessages(_ work: inout Work) throws(ZMQError) {
        for ready in work.ready {
            guard case .publisher(let endpoint) = ready.key, let socket = work.sockets.subscribers[endpoint] else {
                continue
            }
            var count = 0
            while count < Self.messagesPerRound, let message = try socket.tryReceive() {
                work.broadcaster.receive(message, from: endpoint)
                count += 1
            }
        }
    }

    private func takeCalls(_ work: inout Work) {
        inbox.takeCalls(into: &work.calls)
        guard !work.calls.isEmpty else { return }
        let now = ContinuousClock.now
        for call in work.calls {
            switch call {
            case .submit(let requests): for request in requests { take(request, &work, at: now) }
            case .cancel(let id): work.broadcaster.cancel(id)
            case .consumed(let id, let bytes): work.broadcaster.consumed(id, bytes: bytes)
            case .connectionChanged(let endpoint, let isConnected):
                work.broadcaster.connectionChanged(of: endpoint, isConnected: isConnected)
            case .reconfigure(let router, let continuation):
                do {
                    try follow(router, &work)
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            case .snapshot(let continuation): continuation.resume(returning: work.broadcaster.snapshot())
            case .drain: work.broadcaster.drain()
            case .stop:
                work.broadcaster.drain()
                work.isStopping = true
            case .notifyEnd(let continuation): work.waitingForEnd.append(continuation)
            }
        }
        work.calls.removeAll(keepingCapacity: true)
    }

    private func take(_ request: GatewayRequest, _ work: inout Work, at now: ContinuousClock.Instant) {
        switch request.destination {
        case .broker: work.events.append(.failure(.unknownService), for: request.id)
        case .topics(let topics):
            let window = request.streamCredit ?? TopicBroadcasterConfiguration.window(ofBuffer: .max)
            work.broadcaster.open(request.id, topics, window: window, at: now)
        case .messages(let publication):
            work.events.append(send(publication, request.body, work.sockets), for: request.id)
        }
    }

    /// Sends a message; what the client is told of it.
    private func send(_ publication: Publication, _ body: Frame, _ sockets: StreamSockets) -> ReplyEvent {
        guard let outlet = sockets.outlet(for: publication.target) else { return .failure(.unknownService) }
        do {
            guard try outlet.trySend(publication.message(body)) else { return .failure(.noReceiver) }
            return .reply(ReplyHead(status: 202), body: Frame())
        } catch {
            logger.error("message not sent", metadata: ["route": "\(publication.route)", "reason": "\(error)"])
            return .failure(.noReceiver)
        }
    }

    /// Takes other routes: all of them, or none.
    private func follow(_ router: RequestRouter, _ work: inout Work) throws {
        do {
            try connect(&work.sockets, to: router.topicRoutes, work.poller)
            try work.sockets.bind(router.messageTargets)
        } catch {
            try leave(allBut: work.broadcaster.configuration.routes, &work)
            throw error
        }
        bound.withLockedValue { $0 = work.sockets.endpoints }
        work.broadcaster.reconfigure(router.topicRoutes)
        // What the broadcaster has ended before goes to sockets that are still there.
        carryOutEffects(&work)
        try leave(allBut: router.topicRoutes, &work)
    }

    /// Connects to the publishers of routes, and waits for what they send from then on.
    func connect(_ sockets: inout StreamSockets, to routes: [TopicRoute], _ poller: Poller<Source>) throws {
        try sockets.connect(
            routes, opened: { watch($1, $0) }, connected: { try poller.register($1, as: .publisher($0)) })
    }

    private func leave(allBut routes: [TopicRoute], _ work: inout Work) throws {
        for endpoint in work.sockets.unwanted(by: routes) {
            try work.poller.unregister(.publisher(endpoint))
            work.sockets.disconnect(endpoint)
        }
    }

    /// Lets the broadcaster know when a publisher's connection stands and when it is lost, until the socket is closed.
    private func watch(_ socket: Subscriber, _ endpoint: String) {
        let events = socket.events
        Task { [inbox, logger] in
            for await event in events {
                let isConnected: Bool
                switch event.kind {
                case .handshakeSucceeded: isConnected = true
                case .disconnected: isConnected = false
                case .monitorFailed(let error):
                    // Then nobody knows what was missed, and whoever comes back is told of a gap.
                    logger.warning(
                        "a publisher's connection cannot be watched",
                        metadata: ["endpoint": "\(endpoint)", "reason": "\(error)"])
                    continue
                case .handshakeFailed(let reason):
                    logger.warning(
                        "a publisher's connection failed", metadata: ["endpoint": "\(endpoint)", "reason": "\(reason)"])
                    continue
                default: continue
                }
                logger.info(
                    isConnected ? "publisher connected" : "publisher lost", metadata: ["endpoint": "\(endpoint)"])
                inbox.leave(.connectionChanged(endpoint: endpoint, isConnected: isConnected))
            }
        }
    }

    private func carryOutEffects(_ work: inout Work) {
        work.broadcaster.takeEffects(into: &work.effects)
        // Taken out one by one, and not copied.
        work.effects.reverse()
        while let effect = work.effects.popLast() {
            switch effect {
            case .emit(let id, let event): work.events.append(event, for: id)
            case .subscribe(let endpoint, let prefix):
                attempt(endpoint) { () throws(ZMQError) in
                    try work.sockets.subscribers[endpoint]?.subscribe(to: prefix)
                }
            case .unsubscribe(let endpoint, let prefix):
                attempt(endpoint) { () throws(ZMQError) in
                    try work.sockets.subscribers[endpoint]?.unsubscribe(from: prefix)
                }
            }
        }
    }

    private func attempt(_ endpoint: String, _ action: () throws(ZMQError) -> Void) {
        do throws(ZMQError) {
            try action()
        } catch {
            logger.error(
                "a subscription could not be changed", metadata: ["endpoint": "\(endpoint)", "reason": "\(error)"])
        }
    }

    // MARK: The end

    private func end(_ work: inout Work) {
        carryOutEffects(&work)
        work.events.handOver(to: sinks)
        work.sockets.close()
        endWithoutWork()
        for continuation in work.waitingForEnd { continuation.resume() }
    }

    /// Answers everyone who still waits for this thread, and lets nobody wait for it any more.
    private func endWithoutWork() {
        let left = inbox.end()
        for call in left {
            switch call {
            case .submit(let requests): refuse(requests)
            case .reconfigure(_, let continuation): continuation.resume(returning: Self.ended)
            case .snapshot(let continuation): continuation.resume(returning: nil)
            case .notifyEnd(let continuation): continuation.resume()
            case .cancel, .consumed, .connectionChanged, .drain, .stop: break
            }
        }
    }
}
