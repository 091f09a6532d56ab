import Logging
import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport
import WorkerProtocol

/// The thread that drives a ``TopicBroadcaster`` and sends what clients want sent: SUB, PUB and PUSH sockets on one side,
/// the front's requests on the other.
///
/// To the front it is one more dispatcher beside the broker. What comes for readers is read until there is none, or for a
/// while, and goes back to each event loop in one batch. No task and no thread is made for a reader.
final class StreamLoop: RequestDispatcher {
    let inbox: LoopInbox<PendingCalls<Call>>
    let sinks: [any ReplySink]
    let logger: Logger
    /// What is bound, with real ports in place of wildcards.
    let bound = NIOLockedValueBox<[(pattern: MessageTarget.Pattern, endpoint: String)]>([])

    /// What the thread waits for.
    enum Source: Hashable {
        case inbox
        case publisher(String)
    }

    /// What other threads want of the broadcaster.
    enum Call {
        case submit([GatewayRequest])
        case cancel(RequestID)
        case consumed(RequestID, bytes: Int)
        case connectionChanged(endpoint: String, isConnected: Bool)
        case reconfigure(RequestRouter, CheckedContinuation<(any Error)?, Never>)
        case snapshot(CheckedContinuation<TopicSnapshot?, Never>)
        case drain
        case stop
        case notifyEnd(CheckedContinuation<Void, Never>)
    }

    /// Opens the sockets and starts the thread.
    ///
    /// - Parameters:
    ///   - context: where the sockets live.
    ///   - router: the routes.
    ///   - security: of what is bound; nil for none.
    ///   - broadcaster: what it keeps to; the routes are the router's.
    ///   - maximumMessage: the largest message that is taken from a publisher.
    ///   - sinks: where the events of requests go, one for each event loop.
    /// - Throws: ``GatewayStartError`` for what cannot be bound or connected to.
    init(
        context: Context, router: RequestRouter, security: SocketSecurity?, broadcaster: TopicBroadcasterConfiguration,
        maximumMessage: Int, sinks: [any ReplySink], logger: Logger
    ) throws {
        inbox = try LoopInbox(PendingCalls())
        self.sinks = sinks
        self.logger = logger
        var sockets = StreamSockets(context, security: security, maximumMessage: maximumMessage, logger: logger)
        let poller: Poller<Source>
        do {
            poller = try Poller()
            try poller.register(descriptor: inbox.wakeDescriptor, as: .inbox)
            try sockets.bind(router.messageTargets)
            try connect(&sockets, to: router.topicRoutes, poller)
        } catch {
            sockets.close()
            throw GatewayStartError("cannot open the endpoint of a route: \(error)")
        }
        let endpoints = sockets.endpoints
        bound.withLockedValue { $0 = endpoints }
        try DetachedThread.start(name: "streams") { [self, sockets] in run(broadcaster, sockets, poller, router) }
    }

    /// What is bound, with real ports in place of wildcards.
    var endpoints: [(pattern: MessageTarget.Pattern, endpoint: String)] { bound.withLockedValue { $0 } }

    func submit(_ requests: [GatewayRequest]) {
        inbox.leave(.submit(requests)) { refuse(requests) }
    }

    /// Answers requests that come after the thread has ended.
    func refuse(_ requests: [GatewayRequest]) {
        for request in requests { sinks[Int(request.id.loop)].deliver([(request.id, .failure(.noReceiver))]) }
    }

    func cancel(_ id: RequestID) {
        inbox.leave(.cancel(id))
    }

    func consumed(_ id: RequestID, bytes: Int) {
        inbox.leave(.consumed(id, bytes: bytes))
    }

    func send(_ kind: WebSocketMessageKind, _ data: Frame, for id: RequestID) {
        // Nobody has any use for what the readers say but for their end.
        if kind == .close { cancel(id) }
    }

    /// Whether the thread has ended: nobody reads a topic any more, and no message is sent.
    var hasEnded: Bool { inbox.withContents { $0.hasEnded } }

    /// Takes other routes.
    ///
    /// - Throws: `ZMQError` for what cannot be bound or connected to, and then everything is as before;
    ///   ``GatewayStartError`` once the thread has ended.
    func reconfigure(_ router: RequestRouter) async throws {
        let error: (any Error)? = await withCheckedContinuation { continuation in
            inbox.leave(.reconfigure(router, continuation)) { continuation.resume(returning: Self.ended) }
        }
        if let error { throw error }
    }

    /// What whoever wants other routes is told once the thread has ended.
    static let ended = GatewayStartError("the topic streams have ended; start the gateway anew")

    /// What is counted for each route; nil once the thread has ended.
    func snapshot() async -> TopicSnapshot? {
        await withCheckedContinuation { continuation in
            inbox.leave(.snapshot(continuation)) { continuation.resume(returning: nil) }
        }
    }

    /// Ends all streams; messages of clients are still sent.
    func drain() {
        inbox.leave(.drain)
    }

    /// Ends everything; returns when that is done.
    func stop() async {
        inbox.leave(.stop)
        await withCheckedContinuation { continuation in
            inbox.leave(.notifyEnd(continuation)) { continuation.resume() }
        }
    }
}
