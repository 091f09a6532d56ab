public import Logging
public import SwiftZMQ
import WorkerProtocol

/// A worker: serves HTTP requests that one or several gateways hand to it over ZeroMQ.
///
/// ```swift
/// let worker = GatewayWorker(service: "greet", endpoints: ["tcp://127.0.0.1:5555"]) { request in
///     .text("Hello from \(request.path)\n")
/// }
/// try await worker.runService()  // until SIGTERM or SIGINT
/// ```
///
/// It speaks MDP/0.2 (RFC 18) with the additions of the gateway: several requests at once, cancellation, paced streams,
/// WebSockets (``webSocket(_:)``) and draining. Each gateway has a DEALER socket of its own. A gateway that is not there yet, goes away or comes back
/// is waited for and found again; no order of starting is needed.
public struct GatewayWorker: Sendable {
    /// Answers a request.
    ///
    /// It runs once for each request, several at a time up to ``Configuration/concurrency``. Its task is cancelled when
    /// nobody waits for the response any more. What it throws becomes a `500` whose reason stays in the worker's log,
    /// except a ``WorkerProblem``, which is meant for the client but for its ``WorkerProblem/cause``.
    public typealias Handler = @Sendable (WorkerRequest) async throws -> WorkerResponse

    /// The name under which the gateways know the worker.
    public let service: String
    /// The gateways' endpoints for workers, such as `tcp://127.0.0.1:5555`.
    public let endpoints: [String]
    /// How it works.
    public let configuration: Configuration

    /// Where it reports.
    public let logger: Logger

    let context: Context?
    let handler: Handler
    var webSocketHandler: WebSocketHandler?

    /// Makes a worker, which does nothing until ``run()``.
    ///
    /// - Parameters:
    ///   - service: 1 to 255 bytes of UTF-8 without control characters, not beginning with `mmi.`.
    ///   - endpoints: one for each gateway.
    ///   - configuration: how it works.
    ///   - context: where its sockets live. Nil, the default, gives it one of its own, which ``run()`` ends when it
    ///     returns, so that the last words to the gateways have left by then.
    ///   - logger: where it reports connections, failed handlers and broken rules.
    ///   - handler: answers a request.
    public init(
        service: String, endpoints: [String], configuration: Configuration = Configuration(), context: Context? = nil,
        logger: Logger = Logger(label: "gateway-worker"), handler: @escaping Handler
    ) {
        self.service = service
        self.endpoints = endpoints
        self.configuration = configuration
        self.context = context
        self.logger = logger
        self.handler = handler
    }

    /// Serves until the calling task is cancelled, or the `ServiceGroup` in which it runs shuts down gracefully.
    ///
    /// Both are a graceful stop: each gateway is told DRAIN and sends nothing more, the requests at hand are finished
    /// within ``Configuration/drainTimeout``, then each gateway is told DISCONNECT, and the method returns without an
    /// error. Handlers that are not done by then are cancelled and not waited for. A handler sees the group's graceful
    /// shutdown (`withGracefulShutdownHandler`), so that an endless stream can end with it.
    ///
    /// - Throws: `WorkerProtocolError` for a service name or a concurrency out of range, `ZMQError` for a malformed
    ///   endpoint or a context that has been shut down. That a gateway cannot be reached is never an error.
    public func run() async throws {
        var properties = configuration.properties
        properties.servesWebSockets = webSocketHandler != nil
        let ready = try WorkerCommand.ready(service: service, properties).frames(in: .majordomo02)
        let context = try self.context ?? Context()
        let result = await cancelledByGracefulShutdown { await serve(in: context, ready: ready) }
        if self.context == nil { await context.shutdown() }
        try result.get()
    }

    private func serve(in context: Context, ready: Message) async -> Result<Void, any Error> {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for endpoint in endpoints {
                    let link = GatewayLink(worker: self, endpoint: endpoint, context: context, ready: ready)
                    group.addTask(executorPreference: context.executor) { try await link.run() }
                }
                // One by one, so that the first failure stops the others.
                while try await group.next() != nil {}
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
