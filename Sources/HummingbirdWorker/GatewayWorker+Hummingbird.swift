public import GatewayWorker
public import Hummingbird
public import Logging
public import SwiftZMQ

extension GatewayWorker {
    /// Makes a worker that answers with a Hummingbird responder.
    ///
    /// ```swift
    /// let router = Router()
    /// router.get("shop/items/:id") { _, context in
    ///     try context.parameters.require("id", as: Int.self).description
    /// }
    /// let worker = GatewayWorker(
    ///     service: "shop", endpoints: ["tcp://127.0.0.1:5555"], responder: router.buildResponder())
    /// try await worker.runService()
    /// ```
    ///
    /// The responder sees the request as the client sent it to the gateway, with the whole path: the first segment, by
    /// which the gateway may have chosen the service, is still there. What differs from Hummingbird's own server:
    ///
    /// - The body has arrived, in one piece. `consumeWithInboundCloseHandler` and its relatives, which want a connection
    ///   to watch, must not be called: Hummingbird stops the program. They are not needed: when the client goes away or
    ///   the gateway's deadline passes, the task of the handler, or of the body it returned, is cancelled.
    /// - A response body of known length up to 1 MiB is sent in one reply; if writing it fails, the client gets a `500`.
    ///   A longer one, and one of unknown length, is streamed at the client's pace, the head of the latter at once; if
    ///   writing it fails or ends without `finish`, the client can tell, as the response is never completed.
    /// - Trailing fields are left out, as the protocol has none; the body of a response to HEAD is not written.
    /// - An error that makes a response of its own (`HTTPError`, ``WorkerProblem``) becomes that; any other becomes a
    ///   `500` whose reason stays in the log.
    /// - `hb.request.id` in the context's logger is the id under which the gateway logs the request.
    ///
    /// - Parameters:
    ///   - service: 1 to 255 bytes of UTF-8 without control characters, not beginning with `mmi.`.
    ///   - endpoints: one for each gateway.
    ///   - configuration: how the worker works. Its default ``Configuration/concurrency`` of 1 serves one request at a
    ///     time; a responder that waits for others, such as a database, wants more.
    ///   - context: where its sockets live; nil, the default, gives it one of its own.
    ///   - logger: where it reports, and what the contexts' loggers are made from.
    ///   - responder: answers the requests, such as what a router's `buildResponder()` returns. Its context is one for an
    ///     `Application` or one whose `Source` is a ``WorkerContextSource`` otherwise.
    public init<Responder: HTTPResponder>(
        service: String, endpoints: [String], configuration: Configuration = Configuration(), context: Context? = nil,
        logger: Logger = Logger(label: "gateway-worker"), responder: Responder
    ) where Responder.Context: InitializableFromSource, Responder.Context.Source: WorkerContextSource {
        self.init(
            service: service, endpoints: endpoints, configuration: configuration, context: context, logger: logger,
            responder: responder
        ) { request, logger in
            Responder.Context(source: Responder.Context.Source(request: request, logger: logger))
        }
    }

    /// Makes a worker that answers with a Hummingbird responder whose contexts are made by a closure.
    ///
    /// It is for contexts that need more than a ``WorkerContextSource`` has. All else is as with the initializer without
    /// the closure.
    ///
    /// - Parameter makeContext: makes the context of a request; what it throws is treated as if the responder had thrown
    ///   it.
    public init<Responder: HTTPResponder>(
        service: String, endpoints: [String], configuration: Configuration = Configuration(), context: Context? = nil,
        logger: Logger = Logger(label: "gateway-worker"), responder: Responder,
        makeContext: @escaping @Sendable (WorkerRequest, Logger) throws -> Responder.Context
    ) where Responder.Context: Sendable {
        let adapter = ResponderAdapter(responder: responder, logger: logger, makeContext: makeContext)
        self.init(
            service: service, endpoints: endpoints, configuration: configuration, context: context, logger: logger
        ) { request in
            try await adapter.respond(to: request)
        }
    }
}
