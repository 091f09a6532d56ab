import Gateway
import Logging

/// Writes a line for every finished request.
///
/// Past the logging library, whose dictionaries would cost more than the request itself.
struct AccessLog: RequestObserver {
    let label: String
    let format: LogFormat
    let writer: LogWriter

    var wantsTargets: Bool { true }

    func requestFinished(_ request: borrowing FinishedRequest) {
        // Closures do not take what is borrowed.
        let request = copy request
        writer.write { buffer, time in
            var line = LogLine(in: buffer, format: format, time: time, level: .info, label: label, message: "request")
            line.add("request_id", request.requestID)
            line.add("method", request.method)
            line.add("target", request.target)
            if let service = request.service { line.add("service", service) }
            if let status = request.status { line.add("status", status) }
            if let failure = request.failure { line.add("code", failure.rawValue) }
            if request.outcome != .answered { line.add("outcome", "\(request.outcome)") }
            line.add("bytes_in", request.bytesIn)
            line.add("bytes_out", request.bytesOut)
            line.add("us", request.microseconds)
            return line.end()
        }
    }
}
