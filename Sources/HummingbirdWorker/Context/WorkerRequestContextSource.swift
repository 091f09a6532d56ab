public import GatewayWorker
public import Logging

/// A source for contexts that want to know what the gateway says about a request.
///
/// ```swift
/// struct ShopContext: RequestContext {
///     typealias Source = WorkerRequestContextSource
///
///     var coreContext: CoreRequestContextStorage
///     let requestID: String?
///
///     init(source: WorkerRequestContextSource) {
///         coreContext = CoreRequestContextStorage(source: source)
///         requestID = source.request.requestID
///     }
/// }
/// ```
public struct WorkerRequestContextSource: WorkerContextSource {
    /// The request as it came from the gateway, with fields such as `x-forwarded-for` and `x-request-id`.
    public let request: WorkerRequest
    /// A logger that names the request.
    public let logger: Logger

    /// Makes the source for one request.
    public init(request: WorkerRequest, logger: Logger) {
        self.request = request
        self.logger = logger
    }
}
