public import GatewayWorker
public import Hummingbird
import Logging

/// A problem reaches the client whole through every router and middleware, in a worker and in an `Application` alike.
extension WorkerProblem: HTTPResponseError {
    /// The response that says it, as `application/problem+json` with the request's `x-request-id`; a ``cause`` is logged.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        if let cause { context.logger.error("a request failed", metadata: ["error": "\(cause)"]) }
        let answer = response(
            to: WorkerRequest(request.method, request.uri.string, headerFields: request.headers))
        return Response(
            status: answer.status, headers: answer.headerFields,
            body: ResponseBody(byteBuffer: answer.body.bytes.map { ByteBuffer($0) } ?? ByteBuffer()))
    }
}
