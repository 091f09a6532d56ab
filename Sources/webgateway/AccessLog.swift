import Gateway
import Logging

/// Writes a line for every finished request.
struct AccessLog: RequestObserver {
    let logger: Logger

    var wantsTargets: Bool { true }

    func requestFinished(_ request: borrowing FinishedRequest) {
        guard logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            "request_id": "\(request.requestID)", "method": "\(request.method)", "target": "\(request.target)",
            "bytes_in": "\(request.bytesIn)", "bytes_out": "\(request.bytesOut)", "us": "\(request.microseconds)",
        ]
        if let service = request.service { metadata["service"] = "\(service)" }
        if let status = request.status { metadata["status"] = "\(status)" }
        if let failure = request.failure { metadata["code"] = "\(failure.rawValue)" }
        if request.outcome != .answered { metadata["outcome"] = "\(request.outcome)" }
        logger.info("request", metadata: metadata)
    }
}
