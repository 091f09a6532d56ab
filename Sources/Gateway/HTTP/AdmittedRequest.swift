import NIOCore
import SwiftZMQ
import WorkerProtocol

/// A request whose head keeps all rules, with the decision what is to become of it.
struct AdmittedRequest {
    /// What is to become of the request once it is read whole.
    enum Plan {
        /// It goes to a service.
        case forward(service: String, timeout: Duration, retries: Int)
        /// It is understood and unwelcome.
        case answer(LocalAnswer)
    }

    let head: RequestHeadBytes
    let shape: RequestShape
    let method: String
    let plan: Plan
    let maximumBodySize: Int
    let requestID: String
    let peer: RequestPeer
    /// Whether what the peer says of the client is believed.
    let isFromTrustedProxy: Bool

    /// Routes a request and checks what the route has a say in.
    init(_ head: RequestHeadBytes, _ shape: RequestShape, from peer: RequestPeer, on loop: FrontLoop) {
        self.head = head
        self.shape = shape
        self.peer = peer
        isFromTrustedProxy = peer.isAmong(loop.settings.trustedProxies)
        method = head.method
        requestID = shape.requestID.map(head.text) ?? loop.requestIDs.next()
        var limit = loop.settings.maximumBodySize
        var plan = Plan.answer(.options)
        switch shape.target {
        case .asterisk:
            break
        case .authority:
            plan = Self.refusal(.methodNotAllowed, allow: LocalAnswer.methods)
        case .path where method == "TRACE" || method == "CONNECT":
            plan = Self.refusal(.methodNotAllowed, allow: LocalAnswer.methods)
        case .path(let range, _):
            let path = RequestPath(decoding: head.buffer.readableBytesUInt8Span.extracting(range))
            let host = shape.host.map { head.text($0).lowercased() }
            switch loop.route(method: method, host: host, path: path) {
            case .service(let name, let timeout, let bodyLimit, let retries):
                limit = bodyLimit ?? limit
                plan = .forward(
                    service: name, timeout: timeout ?? loop.settings.requestTimeout,
                    retries: retries ?? loop.settings.retries)
            case .methodNotAllowed(let allow):
                plan = Self.refusal(.methodNotAllowed, allow: allow)
            case .unknownService:
                plan = Self.refusal(.unknownService)
            }
        }
        if case .forward = plan, shape.expectation == .unknown { plan = Self.refusal(.expectationFailed) }
        self.plan = plan
        maximumBodySize = limit
    }

    /// Why the request must be answered before its body is read, which ends the connection; nil where it need not.
    var earlyAnswer: LocalAnswer? {
        guard shape.body != .none else { return nil }
        // A client that waits for a 100 may send the body or not after it got a final answer.
        if case .answer(let answer) = plan, shape.expectation != .none { return answer }
        guard case .length(let length) = shape.body, length > maximumBodySize else { return nil }
        if case .answer(let answer) = plan { return answer }
        return .problem(ChunkedBodyDecoder.tooLarge)
    }

    /// The target in origin form; without its slash where an absolute form has no path.
    private var originTarget: Range<Int> {
        switch shape.target {
        case .path(let path, let query): path.isEmpty ? query : path.lowerBound..<query.upperBound
        case .asterisk, .authority: head.startLine.target
        }
    }

    var prefersText: Bool {
        guard let accept = shape.accept else { return false }
        return AcceptPreference.prefersText(accept, in: head.buffer.readableBytesUInt8Span)
    }

    /// Whether a second worker may get the request after the first died with it (RFC 9110, section 9.2.2).
    var isIdempotent: Bool {
        switch method {
        case "GET", "HEAD", "PUT", "DELETE", "OPTIONS": true
        default: false
        }
    }

    /// The client's address, for the observer.
    func client(on loop: FrontLoop) -> String {
        isFromTrustedProxy ? peer.client(behind: loop.settings.trustedProxies, in: head) : peer.text
    }

    /// The first frame for the worker.
    func frame(bodySize: Int, listenerAddress: String) throws(WorkerProtocolError) -> Message {
        let origin = RequestOrigin(
            requestID: requestID, clientAddress: peer.text, scheme: "http", listenerAddress: listenerAddress,
            isTrustedProxy: isFromTrustedProxy)
        return try head.buffer.withUnsafeReadableBytes { bytes throws(WorkerProtocolError) in
            try RequestHead.frame(
                of: bytes, method: head.startLine.method, target: originTarget, fields: head.fields,
                bodyLength: bodySize, origin: origin)
        }
    }

    private static func refusal(_ failure: GatewayFailure, allow: [String]? = nil) -> Plan {
        .answer(.problem(RequestRejection(failure, failure.explanation, allow: allow)))
    }
}
