import NIOCore
import NIOHTTP1

/// What a server answered.
struct HTTPAnswer: Sendable {
    let head: HTTPResponseHead
    var body: [UInt8] = []

    var status: Int { Int(head.status.code) }
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The only value of a field; nil where it is missing or stands twice.
    subscript(name: String) -> String? {
        let values = head.headers[name]
        return values.count == 1 ? values[0] : nil
    }

    /// The `code` member of a problem document.
    var code: String? {
        guard self["content-type"]?.hasPrefix("application/problem+json") == true,
            let match = text.firstMatch(of: /"code":\s*"([^"]*)"/)
        else { return nil }
        return String(match.1)
    }
}
