/// An answer that the gateway gives by itself.
enum LocalAnswer {
    /// A problem: the request was refused, or the broker reported a failure.
    indirect case problem(RequestRejection)
    /// The methods of the server as a whole, to `OPTIONS *`.
    case options

    /// What `OPTIONS *` names, and what is offered instead of CONNECT and TRACE.
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    var status: Int {
        switch self {
        case .problem(let rejection): rejection.failure.status
        case .options: 204
        }
    }

    /// The fields that no other answer has, with a document that is plain text or not.
    func fields(asText: Bool) -> [(name: String, value: String)] {
        switch self {
        case .options: return [("allow", Self.methods.joined(separator: ", "))]
        case .problem(let rejection):
            var fields = [("content-type", asText ? "text/plain; charset=utf-8" : "application/problem+json")]
            if let allow = rejection.allow { fields.append(("allow", allow.joined(separator: ", "))) }
            if rejection.namesWebSocketVersion { fields.append(("sec-websocket-version", WebSocketUpgrade.version)) }
            if status == 503 { fields.append(("retry-after", "1")) }
            return fields
        }
    }

    var failure: GatewayFailure? {
        switch self {
        case .problem(let rejection): rejection.failure
        case .options: nil
        }
    }
}

extension GatewayFailure {
    /// What its status is called, as in the status line: 413 still has the name that it had before RFC 9110.
    var title: String {
        switch self {
        case .badRequest: "Bad Request"
        case .originNotAllowed: "Forbidden"
        case .unknownService: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .notAcceptable: "Not Acceptable"
        case .requestTimeout: "Request Timeout"
        case .bodyTooLarge: "Payload Too Large"
        case .targetTooLong: "URI Too Long"
        case .expectationFailed: "Expectation Failed"
        case .upgradeRequired: "Upgrade Required"
        case .headTooLarge: "Request Header Fields Too Large"
        case .notImplemented: "Not Implemented"
        case .workerLost, .workerAborted, .workerReplyInvalid: "Bad Gateway"
        case .queueFull, .noWorker, .noReceiver, .tooManyConnections: "Service Unavailable"
        case .workerTimeout: "Gateway Timeout"
        case .versionNotSupported: "HTTP Version Not Supported"
        }
    }

    /// One sentence for the client about a failure that the broker reported.
    var explanation: String {
        switch self {
        case .badRequest: "The request breaks the rules of HTTP."
        case .versionNotSupported: "This server speaks HTTP/1.1 and HTTP/1.0 here."
        case .targetTooLong: "The request target is longer than this server accepts."
        case .headTooLarge: "The header fields are more than this server accepts."
        case .originNotAllowed: "Pages of that origin may not open a WebSocket here."
        case .methodNotAllowed: "The method is not allowed here."
        case .notAcceptable: "This is a stream of events, text/event-stream, which the request does not accept."
        case .unknownService: "No service answers at this path."
        case .expectationFailed: "This server knows no expectation but 100-continue."
        case .bodyTooLarge: "The request body is larger than this server accepts."
        case .upgradeRequired: "This is served over a WebSocket, which the request does not ask for, or is not there."
        case .notImplemented: "This server does not implement what the request needs."
        case .requestTimeout: "The request did not arrive in time."
        case .queueFull: "Too many requests are waiting for this service."
        case .noWorker: "No worker of this service is there at the moment."
        case .workerTimeout: "The service did not answer in time."
        case .workerLost: "The worker that had the request was lost."
        case .workerAborted: "The worker that had the request gave it up."
        case .workerReplyInvalid: "The service gave an answer that is not valid."
        case .noReceiver: "No program that takes these messages has room for one more."
        case .tooManyConnections: "The server has too many connections."
        }
    }
}
