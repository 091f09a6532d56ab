import NIOHTTP1
import Testing

@testable import Gateway

/// Whose pages may change something by the administration listener.
@Suite struct AdminRequestTests {
    /// The fields of a request beside `host: admin.example:8081`, and whether it is refused.
    static let cases: [([String], Bool)] = [
        ([], false), (["origin: http://admin.example:8081"], false),
        // Behind a proxy that speaks TLS with the browser.
        (["origin: https://admin.example:8081"], false),
        (["origin: http://admin.example:8080"], true), (["origin: http://admin.example"], true),
        (["origin: http://other.example:8081"], true), (["origin: null"], true), (["origin: "], true),
        (["origin: http://admin.example:8081", "origin: http://other.example"], true),
        (["sec-fetch-site: same-origin"], false), (["sec-fetch-site: none"], false),
        (["sec-fetch-site: same-site"], true), (["sec-fetch-site: cross-site"], true), (["sec-fetch-site: "], true),
        (["sec-fetch-site: same-origin", "sec-fetch-site: cross-site"], true),
        (["sec-fetch-site: cross-site", "origin: http://admin.example:8081"], true),
        // A page that keeps back where it comes from, but is the listener's own.
        (["sec-fetch-site: same-origin", "origin: null"], false),
    ]

    @Test(arguments: cases)
    func `Requests of other sites are told from one's own`(lines: [String], isFromAnotherSite: Bool) {
        var fields: HTTPHeaders = ["host": "admin.example:8081"]
        for line in lines {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            fields.add(name: parts[0], value: parts[1])
        }
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/programs/p/restart", headers: fields)
        #expect(AdminRequest(head).isFromAnotherSite == isFromAnotherSite)
    }
}
