import GatewayWorker
import HTTPTypes

extension WorkerProblem {
    /// What a service needs is not to be had for the moment: a client that asks again soon may be served.
    ///
    /// - Parameters:
    ///   - detail: one sentence for the client.
    ///   - cause: the reason for the log.
    static func unavailable(_ detail: String, because cause: String) -> WorkerProblem {
        WorkerProblem(
            .serviceUnavailable, code: "unavailable", detail: detail,
            headerFields: [.retryAfter: "1", .cacheControl: "no-store"], cause: cause)
    }
}
