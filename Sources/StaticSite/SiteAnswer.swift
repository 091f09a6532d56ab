package import HTTPTypes

/// What a site answers.
package struct SiteAnswer: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: SiteBody
    /// For an error: a stable name, and one sentence for people. Its body is up to whoever sends it.
    package var problem: Problem?

    /// What is said of an error.
    package struct Problem: Sendable {
        package let code: String
        package let detail: String?
    }

    init(_ status: HTTPResponse.Status, _ fields: HTTPFields = [:], body: SiteBody = SiteBody()) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    init(_ status: HTTPResponse.Status, problem code: String, _ detail: String? = nil, _ fields: HTTPFields = [:]) {
        self.init(status, fields)
        problem = Problem(code: code, detail: detail)
    }
}
