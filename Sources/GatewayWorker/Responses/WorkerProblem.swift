public import HTTPTypes
import SwiftZMQ
import TextFormats
import WorkerProtocol

/// A refusal that the client is meant to read, as `application/problem+json` (RFC 9457).
///
/// A handler throws it, or answers with ``response(to:)``.
public struct WorkerProblem: Error, Hashable, Sendable {
    /// 400 … 599.
    public var status: HTTPResponse.Status
    /// A stable name for programs, in words joined by dashes.
    public var code: String
    /// One sentence for people; nil where the status says enough.
    public var detail: String?
    /// The field of a form or a document that is to blame; nil, the default, where none is.
    public var field: String?
    /// Further fields of the response, such as `allow` or `retry-after`.
    public var headerFields: HTTPFields
    /// What went wrong on the worker's side, such as the error of a database: it stands in the worker's log as an error, and
    /// the client does not get it. Nil, the default, where the client alone is to blame; then nothing is logged.
    public var cause: String?

    /// Makes a problem.
    public init(
        _ status: HTTPResponse.Status, code: String, detail: String? = nil, field: String? = nil,
        headerFields: HTTPFields = [:], cause: String? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.headerFields = headerFields
        self.cause = cause
    }

    /// The refusal of a method, with the `allow` field that it demands (RFC 9110, section 15.5.6).
    public static func methodNotAllowed(allow methods: HTTPRequest.Method...) -> WorkerProblem {
        WorkerProblem(
            .methodNotAllowed, code: "method-not-allowed",
            headerFields: [.allow: methods.map(\.rawValue).joined(separator: ", ")])
    }

    /// The response that says it.
    ///
    /// - Parameter request: the request, whose id the document repeats; nil where it could not be read.
    public func response(to request: WorkerRequest? = nil) -> WorkerResponse {
        var members = [
            ("type", JSONText.quote("about:blank")),
            ("title", JSONText.quote(status.reasonPhrase.isEmpty ? "Error" : status.reasonPhrase)),
            ("status", String(status.code)),
            ("code", JSONText.quote(code)),
        ]
        if let detail { members.append(("detail", JSONText.quote(detail))) }
        if let field { members.append(("field", JSONText.quote(field))) }
        if let id = request?.requestID { members.append(("request_id", JSONText.quote(id))) }
        let text = members.map { "\"\($0)\":\($1)" }.joined(separator: ",")
        var response = WorkerResponse.bytes(
            Frame("{\(text)}\n"), contentType: "application/problem+json", status: status)
        response.headerFields.append(contentsOf: headerFields)
        return response
    }
}

extension WorkerProblem {
    /// A handler failed; why, is in the log alone.
    static let handlerFailed = WorkerProblem(
        .internalServerError, code: "worker-error", detail: "The service failed to answer.")
    /// A handler stopped because nobody waits any more; nobody reads it.
    static let cancelled = WorkerProblem(.serviceUnavailable, code: "cancelled")
    /// A gateway sent more than it was allowed to.
    static let overloaded = WorkerProblem(
        .serviceUnavailable, code: "worker-overloaded", detail: "The worker has more requests than it can take.")
}
