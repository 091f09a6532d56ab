public import GatewayWorker
public import Hummingbird
public import Logging

/// What the context of a request can be made from when the request has come from the gateway.
///
/// A `RequestContext` whose `Source` conforms to it serves in a worker. Two sources do: `ApplicationRequestContextSource`,
/// the default, with which one context serves in a worker and in an `Application`; and ``WorkerRequestContextSource``,
/// which shows the request itself.
public protocol WorkerContextSource: RequestContextSource {
    /// Makes the source for one request.
    ///
    /// - Parameters:
    ///   - request: the request as it came from the gateway.
    ///   - logger: a logger that names the request.
    init(request: WorkerRequest, logger: Logger)
}
