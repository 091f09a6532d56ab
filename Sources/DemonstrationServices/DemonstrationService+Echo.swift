import GatewayWorker
import HTTPTypes
import SwiftZMQ

extension DemonstrationService {
    /// Sends a request's body back under the request's content type, or as `application/octet-stream`; a GET without one
    /// is shown itself, as the worker saw it: its line, and its fields in their order.
    static let echo = DemonstrationService("echo", answersAtOnce: true) { request in
        var response: WorkerResponse
        if request.body.isEmpty, request.method == .get || request.method == .head {
            response = .text(text(of: request))
            response.headerFields[.cacheControl] = "no-store"
        } else {
            response = .bytes(request.body, contentType: request[.contentType] ?? "application/octet-stream")
        }
        // What comes back is somebody else's: a browser shows it, but runs nothing of it.
        response.headerFields[.xContentTypeOptions] = "nosniff"
        response.headerFields[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        return response
    }

    private static func text(of request: WorkerRequest) -> String {
        let head = request.head
        var lines = ["\(head.method.rawValue) \(request.target)"]
        if let host = head.authority { lines.append("host: \(host)") }
        lines += head.headerFields.map { "\($0.name.canonicalName): \($0.value)" }
        return lines.map { $0 + "\n" }.joined()
    }
}
