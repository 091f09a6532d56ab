import Dispatch
package import Logging
import NIOConcurrencyHelpers
package import SwiftZMQ
import SystemSupport
package import WorkerProtocol

/// The thread that drives a ``Broker``: one ROUTER socket to the workers on one side, the front's requests and replies
/// on the other.
///
/// Requests come from the event loops through one inbox; whoever puts something into it wakes the thread only if it
/// sleeps. Replies are read until there are none and go back to each event loop in one batch. No task and no thread is
/// made for a request.
package final class BrokerLoop: RequestDispatcher {
    /// Where workers connect, with real ports in place of wildcards.
    package let endpoints: [String]

    let router: Router
    /// What happens to the connections of workers, from the first on; for one loop.
    let events: SocketEvents
    let configuration: BrokerConfiguration
    let services: ServiceDirectory
    let sinks: [any ReplySink]
    let logger: Logger
    let inbox: LoopInbox<PendingCalls<Call>>
    /// Learns what happens to the processes that the gateway has started.
    let processListener = NIOLockedValueBox<(@Sendable (BrokerReport) -> Void)?>(nil)

    /// What other threads want of the broker's.
    enum Call {
        case submit([GatewayRequest])
        case cancel(RequestID)
        case consumed(RequestID, bytes: Int)
        case send(WebSocketMessageKind, Frame, RequestID)
        case connectionOpened(Int32)
        case connectionClosed(Int32)
        case stop
        case reconfigure(BrokerConfiguration)
        case addProcess(ProgramProcess, port: UInt16, requestLimit: Int?, taken: DispatchSemaphore)
        case retire(ProgramProcess)
        case release(ProgramProcess)
        case forget(ProgramProcess)
        case snapshot(CheckedContinuation<BrokerSnapshot?, Never>)
        case notifyEnd(CheckedContinuation<Void, Never>)
    }

    /// Binds the endpoints and starts the thread.
    ///
    /// - Parameters:
    ///   - context: where the socket lives.
    ///   - endpoints: where workers connect.
    ///   - security: how the endpoints are secured.
    ///   - configuration: the settings of the dispatch.
    ///   - services: learns the name of every service that a worker registers.
    ///   - sinks: where the events of requests go, one for each event loop.
    ///   - logger: learns of workers that come and go and of what they do wrong.
    /// - Throws: `ZMQError` when an endpoint cannot be bound.
    package init(
        context: Context, endpoints: [String], security: SocketSecurity = .none,
        configuration: BrokerConfiguration,
        services: ServiceDirectory, sinks: [any ReplySink], logger: Logger
    ) throws {
        router = try Router(context) {
            // A worker that is gone is noticed when it is sent to, and by its silence on the connection itself: a REQ
            // worker has no heartbeats of its own.
            $0.security = security
            $0.isMandatory = true
            $0.handsOver = false
            $0.heartbeatInterval = configuration.heartbeat
            $0.heartbeatTimeout = configuration.heartbeat * BrokerConfiguration.liveness
            // What is a little too large comes in and is refused with a reason; what is much too large ends the connection.
            $0.maxMessageSize = 2 * configuration.maximumReply + (64 << 10)
            $0.linger = .seconds(1)
        }
        // Before anybody can connect: it is asked about every connection.
        events = router.events
        self.endpoints = try router.bind(endpoints)
        self.configuration = configuration
        self.services = services
        self.sinks = sinks
        self.logger = logger
        inbox = try LoopInbox(PendingCalls())
        services.formUnion(configuration.services)
        try DetachedThread.start(name: "broker") { [self] in run() }
    }

    /// Hands requests over; see ``RequestDispatcher``.
    package func submit(_ requests: [GatewayRequest]) {
        inbox.leave(.submit(requests)) { refuse(requests) }
    }

    /// Answers requests that come after the broker has ended.
    func refuse(_ requests: [GatewayRequest]) {
        for request in requests {
            sinks[Int(request.id.loop)].deliver([(request.id, .failure(.noWorker))])
        }
    }

    /// Gives a request up; see ``RequestDispatcher``.
    package func cancel(_ id: RequestID) {
        inbox.leave(.cancel(id))
    }

    /// Says that a client has taken bytes of a stream; see ``RequestDispatcher``.
    package func consumed(_ id: RequestID, bytes: Int) {
        inbox.leave(.consumed(id, bytes: bytes))
    }

    /// Hands over what the client of a WebSocket sent; see ``RequestDispatcher``.
    package func send(_ kind: WebSocketMessageKind, _ data: Frame, for id: RequestID) {
        inbox.leave(.send(kind, data, id))
    }

    /// Takes note of what happened to a connection of the workers' socket.
    func connectionChanged(_ event: SocketEvent) {
        guard let descriptor = event.descriptor else { return }
        inbox.leave(event.kind == .accepted ? Call.connectionOpened(descriptor) : .connectionClosed(descriptor))
    }

    /// Whether the thread has ended, and nothing is dispatched any more.
    package var hasEnded: Bool { inbox.withContents { $0.hasEnded } }

    /// The workers and queues at this moment; nil once the broker has ended.
    package func snapshot() async -> BrokerSnapshot? {
        await withCheckedContinuation { continuation in
            inbox.leave(.snapshot(continuation)) { continuation.resume(returning: nil) }
        }
    }

    /// Replaces the settings that can change; see ``Broker/reconfigure(_:now:)``.
    package func reconfigure(_ configuration: BrokerConfiguration) {
        services.formUnion(configuration.services)
        inbox.leave(.reconfigure(configuration))
    }

    /// Fails what is in flight and says goodbye to the workers; returns when that is done.
    package func stop() async {
        inbox.leave(.stop)
        await withCheckedContinuation { continuation in
            inbox.leave(.notifyEnd(continuation)) { continuation.resume() }
        }
    }
}
