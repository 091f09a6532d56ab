import Logging
import Metrics
import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport
import WorkerProtocol

/// The thread that serves MDP clients: a ROUTER socket of its own on one side, the broker on the other, to which it is
/// one more front. The way of HTTP requests is none the longer for it.
final class ClientLoop: ReplySink {
    /// Where clients connect, with real ports in place of wildcards.
    let endpoints: [String]
    let router: Router
    /// What happens to the connections of clients, from the first on; for one loop.
    let events: SocketEvents

    private let loop: UInt16
    private let maximumReply: Int
    private let timeout: NIOLockedValueBox<Duration>
    private let errors: [GatewayFailure: Counter]
    private let logger: Logger
    private let inbox: LoopInbox<Inbox>

    private struct Inbox {
        var events: [(RequestID, ReplyEvent)] = []
        /// From when on nothing more is taken, and until when what there is may last.
        var end: ContinuousClock.Instant?
        var connections: [(descriptor: Int32, isOpen: Bool)] = []
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// Binds the endpoints.
    ///
    /// - Parameters:
    ///   - loop: the index of this sink among the broker's.
    ///   - metrics: where requests that fail are counted, with those of HTTP.
    init(
        context: Context, endpoints: [String], security: SocketSecurity, loop: Int, maximumMessage: Int,
        heartbeat: Duration, timeout: Duration, metrics: GatewayMetrics, logger: Logger
    ) throws {
        router = try Router(context) {
            $0.security = security
            // A client that is gone is noticed when it is sent to.
            $0.isMandatory = true
            $0.heartbeatInterval = heartbeat
            $0.heartbeatTimeout = heartbeat * BrokerConfiguration.liveness
            $0.maxMessageSize = maximumMessage
            $0.linger = .seconds(1)
        }
        // Before anybody can connect: it is asked about every connection.
        events = router.events
        self.endpoints = try router.bind(endpoints)
        self.loop = UInt16(loop)
        maximumReply = maximumMessage
        self.timeout = NIOLockedValueBox(timeout)
        errors = metrics.errorCounters
        self.logger = logger
        inbox = try LoopInbox(Inbox())
    }

    /// Starts to serve.
    func start(_ dispatcher: any RequestDispatcher) throws {
        try DetachedThread.start(name: "clients") { [self] in run(dispatcher) }
    }

    /// Changes the time that requests have, for those that come from now on.
    func setTimeout(_ timeout: Duration) {
        self.timeout.withLockedValue { $0 = timeout }
    }

    /// Takes note of what happened to a connection of the clients' socket.
    func connectionChanged(_ event: SocketEvent) {
        guard let descriptor = event.descriptor else { return }
        inbox.change { $0.connections.append((descriptor, event.kind == .accepted)) }
    }

    func deliver(_ events: [(RequestID, ReplyEvent)]) {
        inbox.change { $0.events += events }
    }

    /// Takes no new requests, and returns when those that there are have been answered, or their time is over.
    func drain(within time: Duration) async {
        await withCheckedContinuation { continuation in
            let hasEnded = inbox.change { inbox in
                if inbox.hasEnded { return true }
                inbox.end = min(inbox.end ?? .now + time, .now + time)
                inbox.waitingForEnd.append(continuation)
                return false
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Whether the thread has ended, and no client is served any more.
    var hasEnded: Bool { inbox.withContents { $0.hasEnded } }

    // MARK: The thread

    private func run(_ dispatcher: any RequestDispatcher) {
        var pending = PendingClientRequests(loop: loop, largestReply: maximumReply)
        var watch = EndlessMessageWatch(largestMessage: maximumReply)
        do {
            var received: Message?
            while true {
                let end = inbox.withContents { $0.end }
                if try readMessages(first: received, &pending, &watch, dispatcher, isEnding: end != nil) {
                    look(&watch)
                }
                try takeEvents(&pending, dispatcher)
                if let end, pending.isIdle || end <= .now { break }
                received = try wait(until: end, orLookAt: watch.deadline)
            }
        } catch {
            logger.critical("MDP clients are served no more: \(error)")
        }
        for id in pending.open { dispatcher.cancel(id) }
        router.close()
        let waiting = inbox.withContents { inbox in
            inbox.hasEnded = true
            inbox.events = []
            defer { inbox.waitingForEnd = [] }
            return inbox.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    private func look(_ watch: inout EndlessMessageWatch) {
        let changes = inbox.withContents { inbox in
            defer { inbox.connections.removeAll() }
            return inbox.connections
        }
        for (descriptor, isOpen) in changes { if isOpen { watch.opened(descriptor) } else { watch.closed(descriptor) } }
        let count = watch.look(at: .now)
        guard count > 0 else { return }
        logger.warning(
            "connection of a client cut, as a message came through it that did not end", metadata: ["count": "\(count)"]
        )
    }

    private func wait(
        until end: ContinuousClock.Instant?, orLookAt look: ContinuousClock.Instant?
    ) throws(ZMQError) -> Message? {
        try inbox.wait(for: router, until: [end, look].compactMap(\.self).min()) { inbox in
            // An end that was asked for meanwhile is looked at first.
            inbox.events.isEmpty && inbox.connections.isEmpty && inbox.end == end
        }
    }

    /// Whether all were read that have come.
    private func readMessages(
        first: Message?, _ pending: inout PendingClientRequests, _ watch: inout EndlessMessageWatch,
        _ dispatcher: any RequestDispatcher, isEnding: Bool
    ) throws(ZMQError) -> Bool {
        let timeout = timeout.withLockedValue { $0 }
        var requests: [GatewayRequest] = []
        let hasReadAll = try router.takeMessages(first: first) { message throws(ZMQError) in
            watch.delivered(message, by: router)
            guard !isEnding else { return }
            var message = message
            let routingID = message.removeFirst()
            do throws(WorkerProtocolError) {
                requests.append(try pending.receive(from: routingID, message, timeout: timeout))
            } catch {
                errors[.badRequest]?.increment()
                // At a level at which nobody can fill the log.
                logger.debug(
                    "message of a client dropped",
                    metadata: ["client": "\(routingID.printable)", "reason": "\(error)"])
            }
        }
        if !requests.isEmpty { dispatcher.submit(requests) }
        return hasReadAll
    }

    private func takeEvents(_ pending: inout PendingClientRequests, _ dispatcher: any RequestDispatcher)
        throws(ZMQError)
    {
        var events: [(RequestID, ReplyEvent)] = []
        inbox.withContents { swap(&$0.events, &events) }
        for (id, event) in events {
            switch pending.take(event, of: id.number) {
            case .send(let answer):
                guard try !send(answer) else { continue }
                pending.forget(id.number)
                if !answer.isLast { dispatcher.cancel(id) }
            case .failed(let failure):
                if let failure { errors[failure]?.increment() }
                logger.debug(
                    "an MDP client gets no reply",
                    metadata: ["request": "\(id.number)", "code": "\(failure?.rawValue ?? "stream cut")"])
            case .tooLarge:
                dispatcher.cancel(id)
                logger.warning(
                    "a streamed reply is too large to be joined for an MDP/0.1 client",
                    metadata: ["limit": "\(maximumReply)"])
            case .wait, nil: break
            }
        }
    }

    /// Sends without blocking; false where the client is gone, or does not take what it is sent.
    private func send(_ answer: PendingClientRequests.Answer) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            if try router.trySend(Message(answer.routingID, followedBy: answer.frames)) { return true }
            logger.info(
                "an MDP client does not take its replies", metadata: ["client": "\(answer.routingID.printable)"])
            return false
        } catch {
            guard error.code == .hostUnreachable else { throw error }
            logger.debug("an MDP client is gone", metadata: ["client": "\(answer.routingID.printable)"])
            return false
        }
    }
}
