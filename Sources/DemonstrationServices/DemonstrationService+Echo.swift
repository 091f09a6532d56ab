import GatewayWorker
import HTTPTypes

extension DemonstrationService {
    /// Sends a request's body back under the request's content type, or as `application/octet-stream`.
    public static let echo = DemonstrationService("echo") { request in
        var response = WorkerResponse.bytes(
            request.body, contentType: request[.contentType] ?? "application/octet-stream")
        // What comes back is somebody else's: a browser shows it, but runs nothing of it.
        response.headerFields[.xContentTypeOptions] = "nosniff"
        response.headerFields[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        return response
    }
}
