/// Why the gateway itself answers a request, as a stable code that is documented, logged and counted.
public enum GatewayFailure: String, Sendable, CaseIterable {
    case badRequest = "bad-request"
    case versionNotSupported = "version-not-supported"
    case targetTooLong = "target-too-long"
    case headTooLarge = "head-too-large"
    case originNotAllowed = "origin-not-allowed"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case unknownService = "unknown-service"
    case expectationFailed = "expectation-failed"
    case bodyTooLarge = "body-too-large"
    case upgradeRequired = "upgrade-required"
    case notImplemented = "not-implemented"
    case requestTimeout = "timeout-request"
    case queueFull = "queue-full"
    case noWorker = "no-worker"
    case workerTimeout = "timeout-worker"
    case workerLost = "worker-lost"
    case workerAborted = "worker-aborted"
    case workerReplyInvalid = "worker-reply-invalid"
    case noReceiver = "no-receiver"
    case tooManyConnections = "too-many-connections"

    /// Whether the request is to blame, and neither the gateway nor a worker.
    var isClientsFault: Bool { status < 500 || self == .notImplemented || self == .versionNotSupported }

    /// The HTTP status that goes with the code.
    public var status: Int {
        switch self {
        case .badRequest: 400
        case .originNotAllowed: 403
        case .unknownService: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectationFailed: 417
        case .upgradeRequired: 426
        case .headTooLarge: 431
        case .notImplemented: 501
        case .workerLost, .workerAborted, .workerReplyInvalid: 502
        case .queueFull, .noWorker, .noReceiver, .tooManyConnections: 503
        case .workerTimeout: 504
        case .versionNotSupported: 505
        }
    }
}
