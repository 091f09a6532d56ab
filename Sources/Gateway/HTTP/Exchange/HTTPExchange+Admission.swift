import SwiftZMQ
import WorkerProtocol

extension HTTPExchange {
    /// Decides what is to become of a request, and how large its body may be.
    ///
    /// - Parameter upgrade: the WebSocket that it asks for, to which is added why it may not have it.
    static func plan(
        _ request: borrowing ParsedRequest, _ upgrade: inout WebSocketUpgrade?, from origin: Origin, _ rules: FrontRules
    ) -> (Plan, Int) {
        let limit = rules.settings.maximumBodySize
        guard case .path(let path, _) = request.target else {
            if case .asterisk = request.target { return (.answer(.options), limit) }
            return (refusal(.methodNotAllowed, allow: LocalAnswer.methods), limit)
        }
        if request.isMethod("TRACE") || request.isMethod("CONNECT") {
            return (refusal(.methodNotAllowed, allow: LocalAnswer.methods), limit)
        }
        switch rules.route(request, path: path) {
        case .service(let name, let timeout, let bodyLimit, let retries, let origins):
            if request.expectation == .unknown { return (refusal(.expectationFailed), bodyLimit ?? limit) }
            if let origins, upgrade != nil, !mayConnect(request, origins, from: origin, rules) {
                upgrade = upgrade?.refused(for: foreignOrigin)
            }
            let plan = Plan.forward(
                service: name, timeout: timeout ?? rules.settings.requestTimeout,
                retries: retries ?? rules.settings.retries)
            return (plan, bodyLimit ?? limit)
        case .topics(let route, let rest, let origins):
            if request.expectation == .unknown { return (refusal(.expectationFailed), limit) }
            if let upgrade {
                if let rejection = upgrade.refusal { return (.answer(.problem(rejection)), limit) }
                guard mayConnect(request, origins, from: origin, rules) else {
                    return (.answer(.problem(foreignOrigin)), limit)
                }
                let kind = upgrade.protocols.contains(TopicReaderKind.json) ? TopicReaderKind.webSocketJSON : .webSocket
                return (.stream(TopicRequest(request, route: route, rest: rest, kind: kind)), limit)
            }
            guard request.accepts(.eventStream) else { return (refusal(.notAcceptable), limit) }
            return (.stream(TopicRequest(request, route: route, rest: rest)), limit)
        case .messages(let target, let route, let rest, let bodyLimit):
            if request.expectation == .unknown { return (refusal(.expectationFailed), bodyLimit ?? limit) }
            guard let publication = Publication(to: target, topic: rest, route: route) else {
                let detail =
                    "In a message of one frame the topic ends at the first blank: it must not be empty or have one."
                return (.answer(.problem(.malformed(detail))), bodyLimit ?? limit)
            }
            return (.publish(publication), bodyLimit ?? limit)
        case .methodNotAllowed(let allow): return (refusal(.methodNotAllowed, allow: allow), limit)
        case .unknownService: return (refusal(.unknownService), limit)
        }
    }

    private static let foreignOrigin = RequestRejection(
        .originNotAllowed, GatewayFailure.originNotAllowed.explanation)

    /// Whether the page that asks for a WebSocket is one of an origin that may.
    private static func mayConnect(
        _ request: borrowing ParsedRequest, _ origins: [String], from origin: Origin, _ rules: FrontRules
    ) -> Bool {
        WebOrigin.allows(
            request, origins, scheme: origin.scheme,
            isTrustedProxy: origin.peer.isAmong(rules.settings.trustedProxies))
    }

    private static func refusal(_ failure: GatewayFailure, allow: [String]? = nil) -> Plan {
        .answer(.problem(RequestRejection(failure, failure.explanation, allow: allow)))
    }

    /// Why the request must be answered before its body is read, so that nobody knows where the next one begins; nil where
    /// it need not.
    var earlyRefusal: RequestRejection? {
        guard let request, request.body != .none else { return nil }
        // A client that waits for a 100 may send the body or not after it got a final answer.
        if case .answer = plan, request.expectation != .none { return ChunkedBodyDecoder.tooLarge }
        guard case .length(let length) = request.body, length > maximumBodySize else { return nil }
        return ChunkedBodyDecoder.tooLarge
    }

    /// Whether a second worker may get the request after the first died with it (RFC 9110, section 9.2.2).
    static func isIdempotent(_ request: borrowing ParsedRequest) -> Bool {
        switch request.method.count {
        case 3: request.isMethod("GET") || request.isMethod("PUT")
        case 4: request.isMethod("HEAD")
        case 6: request.isMethod("DELETE")
        case 7: request.isMethod("OPTIONS")
        default: false
        }
    }

    /// The client's address, for the observer.
    static func client(of request: borrowing ParsedRequest, _ origin: Origin, _ rules: FrontRules) -> String {
        let proxies = rules.settings.trustedProxies
        guard origin.peer.isAmong(proxies) else { return origin.peer.text }
        return origin.peer.client(behind: proxies, in: request)
    }

    /// The first frame for the worker.
    func head(of request: borrowing ParsedRequest, bodySize: Int, _ rules: FrontRules) -> Frame {
        let added = RequestOrigin(
            requestID: requestID, clientAddress: origin.peer.text, scheme: origin.scheme,
            listenerAddress: origin.listenerAddress, isTrustedProxy: origin.peer.isAmong(rules.settings.trustedProxies),
            clientCertificateSubject: origin.clientCertificateSubject)
        return request.forwarded(bodySize: bodySize, isWebSocket: upgrade != nil, origin: added)
    }
}
