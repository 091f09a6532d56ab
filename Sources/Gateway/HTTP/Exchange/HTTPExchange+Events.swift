import SwiftZMQ
import WorkerProtocol

extension HTTPExchange {
    /// What happens to an exchange.
    enum Event {
        /// The request is there whole; the body.
        case complete(Frame)
        /// The request cannot be read to its end.
        case refused(RequestRejection)
        /// The broker's word.
        case reply(ReplyEvent)
    }

    /// What is to be done.
    enum Action {
        case none
        /// Hand the request over.
        case submit(GatewayRequest)
        /// Write a whole response.
        case respond(ResponseStart, Frame)
        /// Write the start of a response and the first piece of its body.
        case begin(ResponseStart, Frame)
        /// Write a piece of the body.
        case write(Frame)
        /// Write the last piece of the body, and end the response.
        case end(Frame)
        /// Write the start of a response and nothing behind it: from then on the connection, or the stream, is the
        /// WebSocket's.
        indirect case upgrade(ResponseStart, WebSocketExchange)
        /// End the response so that the client can tell that it is not whole.
        case cut
    }

    /// Takes note of what happened.
    mutating func receive(_ event: consuming Event, _ rules: FrontRules, at now: MonotonicInstant) -> Action {
        switch consume event {
        case .complete(let body): complete(body, rules)
        case .refused(let rejection): refuse(rejection)
        case .reply(let reply): receive(reply, rules, at: now)
        }
    }

    private mutating func complete(_ body: Frame, _ rules: FrontRules) -> Action {
        guard case .reading = state, let request = request.take() else { return .none }
        record?.facts.bytesIn = body.count
        switch plan {
        case .answer(let answer):
            state = .answered(answer)
            return .none
        case .forward(let service, let timeout, let retries):
            let head = head(of: request, bodySize: body.count, rules)
            let id = rules.nextID()
            let submitted = GatewayRequest(
                id: id, service: service, head: head, body: body, isIdempotent: Self.isIdempotent(request),
                retries: retries, timeout: timeout, streamCredit: streamCredit, webSocket: webSocketWish)
            self.id = id
            record?.facts.service = service
            state = .waiting
            return .submit(submitted)
        case .stream(let topics):
            let window = TopicBroadcasterConfiguration.window(ofBuffer: rules.settings.responseBuffer)
            streamCredit = min(streamCredit ?? .max, window)
            return submit(.topics(topics), Frame(), named: topics.route, rules)
        case .publish(let publication):
            return submit(.messages(publication), body, named: publication.route, rules)
        }
    }

    /// Hands over what is not for a service; the route stands in its place for whoever wants to know.
    private mutating func submit(
        _ destination: GatewayRequestDestination, _ body: Frame, named route: String, _ rules: FrontRules
    ) -> Action {
        let id = rules.nextID()
        self.id = id
        record?.facts.service = route
        state = .waiting
        return .submit(GatewayRequest(id: id, destination, body: body, streamCredit: streamCredit))
    }

    private var webSocketWish: WebSocketWish {
        guard let upgrade else { return .none }
        return upgrade.refusal.map { .refused($0.failure) } ?? .wanted
    }

    /// What the head alone is to be refused for is the answer, whatever else is wrong.
    private mutating func refuse(_ rejection: RequestRejection) -> Action {
        guard case .reading = state else { return .none }
        if case .answer(let answer) = plan { state = .answered(answer) } else { state = .answered(.problem(rejection)) }
        request = nil
        return .none
    }

    private mutating func receive(_ reply: consuming ReplyEvent, _ rules: FrontRules, at now: MonotonicInstant)
        -> Action
    {
        switch (state, consume reply) {
        case (.over, _), (.reading, _), (.answered, _), (.upgraded, _): return .none
        case (_, .handled(let handling)):
            record?.facts.handling = handling
            return .none
        case (.waiting, .reply(let head, _)) where isFalseAcceptance(head):
            id = nil
            return refuseFalseAcceptance()
        case (.waiting, .begin(let head, _)) where isFalseAcceptance(head): return refuseFalseAcceptance()
        case (.waiting, .reply(let head, let body)):
            id = nil
            let start = ResponseStart(head, bodySize: body.count, isHead: isHead)
            return finish(start, body)
        case (.waiting, .open(let head, let credit)): return upgrade(head, credit: credit, rules, at: now)
        case (.waiting, .begin(let head, let piece)):
            let start = ResponseStart(streamed: head, isHead: isHead)
            // The answer is complete; nobody waits for the rest, and the broker is to be told so.
            if case .bodyless = start.length, isHead { return finish(start, Frame()) }
            if case .known(let length) = start.length {
                guard piece.count <= length else {
                    // Nothing is written yet: the client can be told.
                    let failure = GatewayFailure.workerReplyInvalid
                    state = .answered(.problem(RequestRejection(failure, failure.explanation)))
                    return .none
                }
                state = .streaming(left: length - piece.count)
            } else {
                state = .streaming(left: nil)
            }
            record?.facts.status = head.status
            streamedBytes = piece.count
            return .begin(start, piece)
        case (.streaming(let left), .piece(let piece)):
            if let left, piece.count > left { return cut() }
            state = .streaming(left: left.map { $0 - piece.count })
            streamedBytes += piece.count
            return .write(piece)
        case (.streaming(let left), .end(let piece)):
            id = nil
            if let left, piece.count != left { return cut() }
            state = .over
            return .end(piece)
        case (.waiting, .failure(let failure)):
            id = nil
            let rejection = RequestRejection(failure, failure.explanation)
            // Of a WebSocket that is refused it is known better why.
            let known = upgrade?.refusal.flatMap { $0.failure == failure ? $0 : nil }
            state = .answered(.problem(known ?? rejection))
            return .none
        case (_, .cut):
            id = nil
            return cut()
        case (.waiting, .piece), (.waiting, .end), (.waiting, .frames), (.streaming, .reply), (.streaming, .begin),
            (.streaming, .failure), (.streaming, .frames), (_, .open), (_, .message), (_, .granted), (_, .paused),
            (_, .closed):
            assertionFailure("the broker's events are out of order")
            return .none
        }
    }

    /// Whether an ordinary answer would be taken for the acceptance of a WebSocket, as over HTTP/2 any with 2xx is
    /// (RFC 8441, section 5).
    private func isFalseAcceptance(_ head: ReplyHead) -> Bool {
        guard let upgrade else { return false }
        return upgrade.key == nil && 200..<300 ~= head.status
    }

    private mutating func refuseFalseAcceptance() -> Action {
        let failure = GatewayFailure.upgradeRequired
        state = .answered(
            .problem(RequestRejection(failure, "The service answers this otherwise than over a WebSocket.")))
        return .none
    }

    /// Makes way for the WebSocket that is accepted.
    private mutating func upgrade(
        _ head: ReplyHead, credit: Int?, _ rules: FrontRules, at now: MonotonicInstant
    ) -> Action {
        guard let upgrade, upgrade.allows(head) else {
            // Nothing is written yet: the client can be told. Its own rules would have it fail the connection.
            let failure = GatewayFailure.workerReplyInvalid
            state = .answered(.problem(RequestRejection(failure, failure.explanation)))
            return .none
        }
        let start = ResponseStart(accepting: upgrade, head)
        record?.facts.status = start.status
        state = .upgraded
        let settings = rules.settings
        let webSocket = WebSocketExchange(
            takeUnansweredID(), servedBy: isTopicStream ? .topics : .worker,
            maximumMessageSize: settings.maximumMessageSize, credit: credit ?? settings.maximumMessageSize,
            reportingEach: max(1, min(settings.responseBuffer, streamCredit ?? .max) / 4), at: now)
        return .upgrade(start, webSocket)
    }

    private mutating func finish(_ start: ResponseStart, _ body: Frame) -> Action {
        state = .over
        record?.facts.status = start.status
        if case .bodyless = start.length { return .respond(start, Frame()) }
        return .respond(start, body)
    }

    private mutating func cut() -> Action {
        state = .over
        return .cut
    }
}
