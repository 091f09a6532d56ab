import NIOHTTP1

/// What somebody asks of the administration listener.
struct AdminRequest: Sendable {
    let method: String
    let target: String
    /// Whether a browser sends it for a page of another site, which must change nothing here.
    let isFromAnotherSite: Bool

    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        target = head.uri
        let origins = head.headers["origin"]
        let host = head.headers["host"].first ?? ""
        let isForeign = origins.contains { WebOrigin($0) == nil || WebOrigin($0) != WebOrigin("http://\(host)") }
        // Of a page of another port of the same host it says `same-site`.
        isFromAnotherSite =
            isForeign || head.headers["sec-fetch-site"].contains { !["same-origin", "none"].contains($0) }
    }

    /// The path, without a query.
    var path: Substring { target.prefix { $0 != "?" } }
}
