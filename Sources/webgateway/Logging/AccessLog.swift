import Gateway
import Logging

/// Writes a line for every finished request.
///
/// Past the logging library, whose dictionaries would cost more than the request itself.
struct AccessLog: RequestObserver {
    private let label: String
    private let format: LogFormat
    private let writer = LogWriter.standardError
    private let threshold: LogThreshold

    init(_ log: Log) {
        label = log.logger.label
        format = log.format
        threshold = log.threshold
    }

    var wantsTargets: Bool { true }
    var wantsHandling: Bool { true }

    func requestFinished(_ request: borrowing FinishedRequest) {
        guard threshold.level <= .info else { return }
        // Closures do not take what is borrowed.
        let request = copy request
        writer.write { buffer, time in
            var line = LogLine(in: buffer, format: format, time: time, level: .info, label: label, message: "request")
            line.add("request_id", request.requestID)
            line.add("client", request.client)
            line.add("method", request.method)
            line.add("target", request.target)
            if let service = request.service { line.add("service", service) }
            if let handling = request.handling { line.add("worker", handling.worker) }
            if let status = request.status { line.add("status", status) }
            if let failure = request.failure { line.add("code", failure.rawValue) }
            if request.outcome != .answered { line.add("outcome", "\(request.outcome)") }
            line.add("bytes_in", request.bytesIn)
            line.add("bytes_out", request.bytesOut)
            line.add("us", request.microseconds)
            if let handling = request.handling {
                line.add("us_waiting", handling.waiting.wholeMicroseconds)
                line.add("us_working", handling.working.wholeMicroseconds)
            }
            return line.end()
        }
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
