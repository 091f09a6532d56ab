import Logging
import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport
import WorkerProtocol

/// The thread that drives a ``TopicHub`` and sends what clients want sent: SUB, PUB and PUSH sockets on one side, the
/// front's requests on the other.
///
/// To the front it is one more dispatcher beside the broker. What comes for readers is read until there is none, or for a
/// while, and goes back to each event loop in one batch. No task and no thread is made for a reader.
final class StreamLoop: RequestDispatcher {
    let inbox: LoopInbox<Inbox>
    let sinks: [any ReplySink]
    let logger: Logger
    /// What is bound, with real ports in place of wildcards.
    let bound: NIOLockedValueBox<[(pattern: MessageTarget.Pattern, endpoint: String)]>

    /// What other threads want of the hub.
    struct Inbox {
        var calls: [Call] = []
        /// Whether the thread has ended.
        var hasEnded = false
    }

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
    ///   - readerBuffer: the most bytes that wait for one reader.
    ///   - maximumMessage: the largest message that is taken from a publisher.
    ///   - sinks: where the events of requests go, one for each event loop.
    /// - Throws: ``GatewayStartError`` for what cannot be bound.
    init(
        context: Context, router: RequestRouter, security: SocketSecurity?, readerBuffer: Int, maximumMessage: Int,
        sinks: [any ReplySink], logger: Logger
    ) throws {
        inbox = try LoopInbox(Inbox())
        self.sinks = sinks
        self.logger = logger
        var sockets = StreamSockets(context, security: security, maximumMessage: maximumMessage, logger: logger)
        do {
            try sockets.bind(router.messageTargets)
        } catch {
            throw GatewayStartError("cannot open the endpoint of a route: \(error)")
        }
        bound = NIOLockedValueBox(sockets.endpoints)
        let hub = TopicHubConfiguration(readerBuffer: readerBuffer)
        try DetachedThread.start(name: "streams") { [self, sockets] in run(hub, sockets, router) }
    }

    /// What is bound, with real ports in place of wildcards.
    var endpoints: [(pattern: MessageTarget.Pattern, endpoint: String)] { bound.withLockedValue { $0 } }

    func submit(_ requests: [GatewayRequest]) {
        call(.submit(requests)) { refuse(requests) }
    }

    /// Answers requests that come after the thread has ended.
    func refuse(_ requests: [GatewayRequest]) {
        for request in requests { sinks[Int(request.id.loop)].deliver([(request.id, .failure(.noReceiver))]) }
    }

    func cancel(_ id: RequestID) {
        call(.cancel(id)) {}
    }

    func consumed(_ id: RequestID, bytes: Int) {
        call(.consumed(id, bytes: bytes)) {}
    }

    /// Takes other routes.
    ///
    /// - Throws: `ZMQError` for what cannot be bound; then everything is as before.
    func reconfigure(_ router: RequestRouter) async throws {
        let error: (any Error)? = await withCheckedContinuation { continuation in
            call(.reconfigure(router, continuation)) { continuation.resume(returning: nil) }
        }
        if let error { throw error }
    }

    /// What is counted for each route; nil once the thread has ended.
    func snapshot() async -> TopicSnapshot? {
        await withCheckedContinuation { continuation in
            call(.snapshot(continuation)) { continuation.resume(returning: nil) }
        }
    }

    /// Ends all streams; messages of clients are still sent.
    func drain() {
        call(.drain) {}
    }

    /// Ends everything; returns when that is done.
    func stop() async {
        call(.stop) {}
        await withCheckedContinuation { continuation in
            call(.notifyEnd(continuation)) { continuation.resume() }
        }
    }

    /// Puts a call into the inbox, or does something else if nobody will read it any more.
    private func call(_ call: Call, otherwise: () -> Void) {
        let isAccepted = inbox.change { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.calls.append(call)
            return true
        }
        if !isAccepted { otherwise() }
    }
}
