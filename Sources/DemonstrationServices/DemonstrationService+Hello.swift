import GatewayWorker
import HTTPTypes

extension DemonstrationService {
    /// Greets: `GET /hello?name=Ada` is answered with `Hello, Ada!`, and without a name with `Hello, world!`.
    static let hello = DemonstrationService("hello", answersAtOnce: true) { request in
        guard request.method == .get || request.method == .head else {
            throw WorkerProblem.methodNotAllowed(allow: .get, .head)
        }
        let name = request.query.flatMap { QueryText.value(of: "name", in: $0) } ?? ""
        var response = WorkerResponse.text("Hello, \(name.isEmpty ? "world" : PlainText.escape(name))!\n")
        // The name is the client's: no browser is to take the greeting for a page because of it.
        response.headerFields[.xContentTypeOptions] = "nosniff"
        return response
    }
}
