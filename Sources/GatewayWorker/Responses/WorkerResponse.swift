public import HTTPTypes
public import SwiftZMQ

/// What a handler answers.
///
/// The gateway sets `content-length`, `date` and `x-request-id`, and drops fields that concern a connection.
public struct WorkerResponse: Sendable {
    /// 200 … 599.
    public var status: HTTPResponse.Status
    /// The fields, in the order in which they are to be sent.
    public var headerFields: HTTPFields
    /// The body.
    public var body: WorkerResponseBody

    /// Makes a response from its parts.
    public init(
        status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:], body: WorkerResponseBody = .empty
    ) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }
}

extension WorkerResponse {
    /// A body of one kind of content.
    public static func bytes(
        _ bytes: Frame, contentType: String, status: HTTPResponse.Status = .ok
    ) -> WorkerResponse {
        WorkerResponse(status: status, headerFields: [.contentType: contentType], body: .bytes(bytes))
    }

    /// Plain text in UTF-8.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> WorkerResponse {
        .bytes(Frame(text), contentType: "text/plain; charset=utf-8", status: status)
    }

    /// An HTML page in UTF-8. What it contains from outside must have been escaped.
    public static func html(_ page: String, status: HTTPResponse.Status = .ok) -> WorkerResponse {
        .bytes(Frame(page), contentType: "text/html; charset=utf-8", status: status)
    }

    /// A JSON document that has been encoded already.
    public static func json(_ document: Frame, status: HTTPResponse.Status = .ok) -> WorkerResponse {
        .bytes(document, contentType: "application/json", status: status)
    }

    /// A redirection to another target.
    public static func redirect(to location: String, status: HTTPResponse.Status = .seeOther) -> WorkerResponse {
        WorkerResponse(status: status, headerFields: [.location: location])
    }
}
