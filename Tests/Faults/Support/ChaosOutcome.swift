import Foundation
import Testing

/// What the clients of a gateway saw whose workers were killed and stopped meanwhile.
struct ChaosOutcome: Decodable, Sendable {
    /// How often each method had each status, such as `GET 200`.
    var statuses: [String: Int] = [:]
    /// Answers that are not the request's own, and failures that should not be.
    var wrong: [String] = []
    /// The status of each POST by the token that it carried.
    var posted: [String: Int] = [:]
    var slowestGet = 0.0

    enum CodingKeys: String, CodingKey {
        case statuses, wrong, posted
        case slowestGet = "slowest_get"
    }

    /// Notes an answer to a request that carried a token.
    mutating func note(_ method: String, _ token: String, _ answer: BlockingClient.Answer, after time: Duration) {
        statuses["\(method) \(answer.status)", default: 0] += 1
        if method == "POST" { posted[token] = answer.status } else { slowestGet = max(slowestGet, time / .seconds(1)) }
        let isOwn = answer.status == 200 ? answer.body == token : answer.body.contains("\"code\"")
        let mayFail = method == "POST" && [502, 503, 504].contains(answer.status)
        if !isOwn || answer.status != 200 && !mayFail {
            wrong.append("\(method) \(token): \(answer.status) \(answer.body)")
        }
    }

    mutating func merge(_ other: ChaosOutcome) {
        statuses.merge(other.statuses, uniquingKeysWith: +)
        posted.merge(other.posted) { first, _ in first }
        wrong += other.wrong
        slowestGet = max(slowestGet, other.slowestGet)
    }

    /// Compares what the clients saw with what the workers did.
    ///
    /// - Parameters:
    ///   - record: the file to which the workers add a line for each POST that they carry out.
    ///   - deadline: the time within which every GET is answered; nil where the clients share one thread, as then it is
    ///     their own time that is measured. The gateway's deadline holds all the same: a GET beyond it fails.
    func expectWhole(record: String, deadline: Duration?) throws {
        let lines = try String(contentsOfFile: record, encoding: .utf8).split(separator: "\n").map(String.init)
        let executions = Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(wrong.prefix(10) == [])
        if let deadline { #expect(slowestGet < deadline / .seconds(1)) }
        #expect(executions.filter { $0.value > 1 }.isEmpty, "executed twice")
        #expect(executions.keys.allSatisfy { posted[$0] != nil }, "executed and never asked for")
        #expect(posted.filter { $0.value == 200 && executions[$0.key] == nil }.isEmpty, "answered, not executed")
    }
}
