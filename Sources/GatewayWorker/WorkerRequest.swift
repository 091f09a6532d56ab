public import HTTPTypes
public import SwiftZMQ
import WorkerProtocol

/// A request that a client sent to the gateway and the gateway to this worker.
public struct WorkerRequest: Sendable {
    // Kept as it was read: most handlers look at two or three fields, and making an `HTTPRequest` costs more than all
    // else that is done for a short request.
    let raw: RequestHead

    /// The body, empty where the client sent none.
    public let body: Frame

    /// The method.
    public let method: HTTPRequest.Method

    init(raw: RequestHead, method: HTTPRequest.Method, body: Frame) {
        self.raw = raw
        self.method = method
        self.body = body
    }

    /// Makes a request, such as to try a handler out in a test.
    public init(
        _ method: HTTPRequest.Method, _ target: String, headerFields: HTTPFields = [:], body: Frame = Frame()
    ) {
        raw = RequestHead(
            method: method.rawValue, target: target,
            fields: headerFields.map { RequestHead.Field(name: $0.name.canonicalName, value: $0.value) })
        self.method = method
        self.body = body
    }

    /// The target as the client sent it: the path and the query, percent-encoded.
    public var target: String { raw.target }

    /// The target's path, still percent-encoded, without the query.
    public var path: Substring { raw.target.prefix { $0 != "?" } }

    /// The target's query, still percent-encoded, without the question mark; nil where there is none.
    public var query: Substring? {
        let target = raw.target
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return target[target.utf8.index(after: mark)...]
    }

    /// The value of the first field of a name.
    public subscript(name: HTTPField.Name) -> String? { raw[name.canonicalName] }

    /// The id under which the gateway logs the request, from `x-request-id`.
    public var requestID: String? { raw["x-request-id"] }

    /// The address of whoever is connected to the gateway, from the end of `x-forwarded-for`: the client's, or that of
    /// a proxy that the gateway trusts, whose word on the client stands before it.
    public var peerAddress: String? {
        guard let chain = raw["x-forwarded-for"] else { return nil }
        return chain.split(separator: ",").last.map { String($0.drop { $0 == " " }) }
    }

    /// The method, the target and the fields in the common currency of Swift's HTTP libraries.
    ///
    /// `authority` is the client's `host`, which does not stand among the fields; `scheme` is the one the client used
    /// towards the gateway, or, where trusted proxies name several, towards the first of them; `path` is the target. It is
    /// made anew by each use: keep it where it is used more than once.
    public var head: HTTPRequest {
        var fields = HTTPFields()
        fields.reserveCapacity(raw.fields.count)
        for field in raw.fields where field.name != "host" {
            // Whoever made the raw head has checked that its names are tokens.
            guard let name = HTTPField.Name(field.name) else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        let scheme = raw["x-forwarded-proto"].map { String($0.prefix { $0 != "," && $0 != " " }) }
        return HTTPRequest(
            method: method, scheme: scheme ?? "http", authority: raw["host"], path: raw.target, headerFields: fields)
    }
}
