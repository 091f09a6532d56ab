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
        let sites = head.headers["sec-fetch-site"]
        let host = head.headers["host"].first ?? ""
        // Browsers say in `sec-fetch-site` where the page comes from, `same-site` if it is from another port. Old browsers, and
        // all of them over plain HTTP to another machine, send `origin` alone. It may be `null` for privacy also where the page
        // is from here, and is looked at only where the other field is missing.
        isFromAnotherSite =
            sites.isEmpty
            ? head.headers["origin"].contains { !Self.isOwn($0, host) }
            : sites.contains { !["same-origin", "none"].contains($0) }
    }

    /// Whether pages of an origin come from here. A proxy may have taken TLS away.
    private static func isOwn(_ origin: String, _ host: String) -> Bool {
        guard let origin = WebOrigin(origin) else { return false }
        return ["http", "https"].contains { origin == WebOrigin("\($0)://\(host)") }
    }

    /// The path, without a query.
    var path: Substring { target.prefix { $0 != "?" } }
}
