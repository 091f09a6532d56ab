/// What the administration listener answers.
struct AdminAnswer: Sendable {
    var status: Int
    var contentType: String
    var body: String
    /// What a page may load, for an answer that is one.
    var policy: String?
    /// The methods for an `allow` field.
    var allow: String?

    static func text(_ status: Int, _ line: String) -> AdminAnswer {
        AdminAnswer(status: status, contentType: "text/plain; charset=utf-8", body: line + "\n")
    }
}
