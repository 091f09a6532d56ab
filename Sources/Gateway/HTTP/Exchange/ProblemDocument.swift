import TextFormats

/// The body of an answer that reports a problem (RFC 9457).
struct ProblemDocument {
    private let status: Int
    private let title: String
    private let detail: String
    private let code: String
    private let requestID: String

    init(_ rejection: RequestRejection, requestID: String) {
        status = rejection.failure.status
        title = rejection.failure.title
        detail = rejection.detail
        code = rejection.failure.rawValue
        self.requestID = requestID
    }

    /// The document as `application/problem+json`, or as a few lines for people.
    func text(asPlainText: Bool) -> String {
        guard !asPlainText else { return "\(status) \(title)\n\(detail)\ncode: \(code)\nrequest id: \(requestID)\n" }
        // `about:blank` says that the type is the status itself; `code` tells further (RFC 9457, section 4.2.1).
        return """
            {"type":"about:blank","title":\(JSONText.quote(title)),"status":\(status),\
            "detail":\(JSONText.quote(detail)),"code":"\(code)","request_id":\(JSONText.quote(requestID))}

            """
    }
}
