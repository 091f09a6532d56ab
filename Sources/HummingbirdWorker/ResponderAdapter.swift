import GatewayWorker
import Hummingbird
import Logging
import SwiftZMQ

/// Takes a request to a Hummingbird responder and the response back.
struct ResponderAdapter<Responder: HTTPResponder>: Sendable where Responder.Context: Sendable {
    let responder: Responder
    let logger: Logger
    let makeContext: @Sendable (WorkerRequest, Logger) throws -> Responder.Context

    func respond(to workerRequest: WorkerRequest) async throws -> WorkerResponse {
        var logger = logger
        // Under this key Hummingbird's contexts look for their id.
        logger[metadataKey: "hb.request.id"] = .string(workerRequest.requestID ?? RequestID().description)
        return try await withLogger(logger) { logger in
            let response = try await response(to: workerRequest, logger: logger)
            return try await WorkerResponse(response, isHead: workerRequest.method == .head, logger: logger)
        }
    }

    private func response(to workerRequest: WorkerRequest, logger: Logger) async throws -> Response {
        let request = Request(
            head: workerRequest.head, body: RequestBody(buffer: ByteBuffer(workerRequest.body)))
        var context: Responder.Context?
        do {
            let made = try makeContext(workerRequest, logger)
            context = made
            return try await responder.respond(to: request, context: made)
        } catch let error as any HTTPResponseError {
            // A router has done this already; a responder of another kind leaves it to the server.
            guard let context = context as? any RequestContext else {
                return Response(status: error.status, headers: (error as? HTTPError)?.headers ?? [:])
            }
            return try error.response(from: request, context: context)
        }
    }
}
