public import HTTPTypes
public import SwiftZMQ

/// A request that a client sent to the gateway and the gateway to this worker.
public struct WorkerRequest: Sendable {
    /// The method, the target and the fields.
    ///
    /// `authority` is the client's `host`, which does not stand among the fields; `scheme` is the one the client used
    /// towards the gateway; `path` is the target as the client sent it, with the query.
    public var head: HTTPRequest

    /// The body, empty where the client sent none.
    public var body: Message

    /// Makes a request, such as to try a handler out in a test.
    public init(head: HTTPRequest, body: Message = Message()) {
        self.head = head
        self.body = body
    }

    /// The method.
    public var method: HTTPRequest.Method { head.method }

    /// The target's path, still percent-encoded, without the query.
    public var path: Substring {
        let target = head.path ?? "/"
        return target.prefix { $0 != "?" }
    }

    /// The target's query, still percent-encoded, without the question mark; nil where there is none.
    public var query: Substring? {
        let target = head.path ?? "/"
        guard let mark = target.firstIndex(of: "?") else { return nil }
        return target[target.index(after: mark)...]
    }

    /// The fields.
    public var headerFields: HTTPFields { head.headerFields }

    /// The id under which the gateway logs the request, from `x-request-id`.
    public var requestID: String? { head.headerFields[.requestID] }
}

extension HTTPField.Name {
    static let requestID = known("x-request-id")
    static let forwardedProto = known("x-forwarded-proto")
    static let streamCredit = known("x-stream-credit")

    private static func known(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("'\(name)' is not a field name") }
        return name
    }
}
