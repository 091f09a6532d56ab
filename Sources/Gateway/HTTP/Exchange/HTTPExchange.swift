import SwiftZMQ
import WorkerProtocol

/// One request and its answer, as a state machine that knows nothing of connections, of NIO and of other exchanges, and of
/// versions of HTTP no more than how each accepts a WebSocket.
///
/// A version of HTTP makes it of a head that it has read, tells it what happens (``receive(_:at:)``), and does what it says.
/// It decides where the request goes, keeps to the limits, counts what the client has taken, knows what the answer to a
/// HEAD leaves out, and notes what is told of the request when it is finished.
struct HTTPExchange {
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

    enum State {
        /// The head is read.
        case reading
        /// The answer is the gateway's own, and not written yet.
        case answered(LocalAnswer)
        /// The broker has the request.
        case waiting
        /// The response has begun, and so many bytes of the body are still to come, where that is known.
        case streaming(left: Int?)
        /// A WebSocket has taken its place.
        case upgraded
        case over
    }

    private(set) var state: State
    /// Its name at the broker; nil before it is handed over and once the broker has nothing to do with it any more.
    private(set) var id: RequestID?
    /// The id that the client reads.
    let requestID: String
    let isHead: Bool
    /// Whether the request may be made any number of times without a difference (RFC 9110, section 9.2.1).
    let isSafe: Bool
    let prefersText: Bool
    /// What is asked; nil once it is handed over.
    private(set) var request: ParsedRequest?
    private(set) var plan: Plan
    /// The WebSocket that is asked for; nil where none is.
    let upgrade: WebSocketUpgrade?
    let maximumBodySize: Int
    /// Bytes of the body that were given out as pieces, those of them that have left the process, and what the broker has
    /// been told of those.
    private(set) var streamedBytes = 0
    private var takenBytes = 0
    private var reportedBytes = 0
    /// When the body has to be there; distant where it need not be.
    private(set) var bodyDeadline = MonotonicInstant.distantFuture
    private var record: ObservedRequest?
    private var started: MonotonicInstant
    let origin: Origin
    /// The bytes of a streamed answer that may be under way, where they are fewer than the settings allow. To be set
    /// before the request is complete.
    var streamCredit: Int?

    /// What is to become of the request once it is read whole.
    enum Plan {
        /// It goes to a service.
        case forward(service: String, timeout: Duration, retries: Int)
        /// It opens a stream of topics.
        indirect case stream(TopicRequest)
        /// Its body becomes a message.
        indirect case publish(Publication)
        /// It is understood and unwelcome.
        case answer(LocalAnswer)
    }

    /// Where a request comes from: the same for all of a connection, which share it.
    final class Origin {
        let peer: RequestPeer
        let scheme: String
        /// The address of the listener, as a host and a port.
        let listenerAddress: String
        /// The subject of the client's certificate, where one was asked for.
        let clientCertificateSubject: String?

        /// Which port is meant where a host names none.
        var defaultPort: Int { scheme == "https" ? 443 : 80 }

        init(peer: RequestPeer, scheme: String, listenerAddress: String, clientCertificateSubject: String? = nil) {
            self.peer = peer
            self.scheme = scheme
            self.listenerAddress = listenerAddress
            self.clientCertificateSubject = clientCertificateSubject
        }
    }

    /// Routes a request whose head keeps all rules, and checks what the route has a say in.
    init(_ request: consuming ParsedRequest, from origin: Origin, _ rules: FrontRules, at now: MonotonicInstant) {
        let requestID: String
        if let own = request.requestID { requestID = request.text(own) } else { requestID = rules.requestIDs.next() }
        let isHead = request.isMethod("HEAD")
        let isSafe = isHead || request.isMethod("GET") || request.isMethod("OPTIONS")
        let prefersText = request.prefersText
        var upgrade = WebSocketUpgrade.read(from: request)
        let (plan, maximumBodySize) = Self.plan(request, &upgrade, from: origin, rules)
        var record: ObservedRequest?
        if rules.isObserved {
            record = ObservedRequest(
                requestID: requestID, client: Self.client(of: request, origin, rules),
                method: request.text(request.method),
                target: rules.wantsTargets ? request.text(request.wholeTarget) : "")
        }
        self.init(
            .reading, requestID: requestID, isHead: isHead, isSafe: isSafe, prefersText: prefersText, request: request,
            plan: plan, upgrade: upgrade, maximumBodySize: maximumBodySize, record: record, started: now,
            origin: origin)
    }

    /// An exchange whose head is refused.
    ///
    /// - Parameter hints: what was found in the head.
    init(
        refused rejection: RequestRejection, _ hints: HeadHints, from origin: Origin, _ rules: FrontRules,
        at now: MonotonicInstant
    ) {
        let requestID = hints.requestID ?? rules.requestIDs.next()
        var record: ObservedRequest?
        if rules.isObserved {
            record = ObservedRequest(
                requestID: requestID, client: origin.peer.text, method: hints.method,
                target: rules.wantsTargets ? hints.target : "")
        }
        self.init(
            .answered(.problem(rejection)), requestID: requestID, isHead: hints.isHead, isSafe: false,
            prefersText: hints.prefersText, request: nil, plan: .answer(.problem(rejection)), upgrade: nil,
            maximumBodySize: 0, record: record, started: now, origin: origin)
    }

    /// What is told of a request that breaks the rules of its version of HTTP so that it gets no answer; nil where nobody
    /// wants to know.
    static func malformed(from origin: Origin, _ rules: FrontRules) -> FinishedRequest? {
        guard rules.isObserved else { return nil }
        var record = FinishedRequest(
            requestID: rules.requestIDs.next(), client: origin.peer.text, method: "", target: "")
        record.failure = .badRequest
        return record
    }

    // In one step from what is known: of a value put together bit by bit the compiler makes a copy at the end.
    private init(
        _ state: State, requestID: String, isHead: Bool, isSafe: Bool, prefersText: Bool,
        request: consuming ParsedRequest?, plan: Plan, upgrade: WebSocketUpgrade?, maximumBodySize: Int,
        record: ObservedRequest?, started: MonotonicInstant, origin: Origin
    ) {
        self.state = state
        self.requestID = requestID
        self.isHead = isHead
        self.isSafe = isSafe
        self.prefersText = prefersText
        self.request = request
        self.plan = plan
        self.upgrade = upgrade
        self.maximumBodySize = maximumBodySize
        self.record = record
        self.started = started
        self.origin = origin
    }

    /// Gives the client its time for the body, from now on unless it has begun.
    mutating func awaitBody(_ rules: FrontRules, at now: MonotonicInstant) {
        if bodyDeadline == .distantFuture { bodyDeadline = now + rules.settings.bodyTimeout }
    }

    /// Stops the client's time for the body, which may not go on: until ``awaitBody(_:at:)``.
    mutating func pauseBody() { bodyDeadline = .distantFuture }

    // MARK: Events

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

    /// Whether the answer may be that the connection is a WebSocket's from then on.
    var mayUpgrade: Bool {
        guard case .waiting = state, let upgrade else { return false }
        return upgrade.refusal == nil
    }

    /// Whether the answer is a stream of topics, which has no end of its own.
    var isTopicStream: Bool {
        if case .stream = plan { true } else { false }
    }

    /// What the head alone is to be refused for is the answer, whatever else is wrong.
    private mutating func refuse(_ rejection: RequestRejection) -> Action {
        guard case .reading = state else { return .none }
        if case .answer(let answer) = plan { state = .answered(answer) } else { state = .answered(.problem(rejection)) }
        request = nil
        return .none
    }

    private mutating func receive(
        _ reply: consuming ReplyEvent, _ rules: FrontRules, at now: MonotonicInstant
    ) -> Action {
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

    /// The request once more, whose answer could not be kept.
    mutating func submitAgain(_ request: GatewayRequest, _ rules: FrontRules) -> GatewayRequest {
        let id = rules.nextID()
        self.id = id
        if case .broker = request.destination {
        } else {
            return GatewayRequest(
                id: id, request.destination, body: request.body, streamCredit: request.streamCredit)
        }
        return GatewayRequest(
            id: id, service: request.service, head: request.head, body: request.body,
            isIdempotent: request.isIdempotent, retries: request.retries, timeout: request.timeout,
            streamCredit: request.streamCredit, webSocket: request.webSocket)
    }

    /// The gateway's own answer, which the version may write now; nil where there is none.
    mutating func takeAnswer() -> (ResponseStart, Frame)? {
        guard case .answered(let answer) = state else { return nil }
        state = .over
        record?.facts.status = answer.status
        record?.facts.failure = answer.failure
        guard case .problem(let rejection) = answer else {
            return (ResponseStart(answer, asText: false, bodySize: 0, isHead: isHead), Frame())
        }
        let document = ProblemDocument(rejection, requestID: requestID).text(asPlainText: prefersText)
        let start = ResponseStart(answer, asText: prefersText, bodySize: document.utf8.count, isHead: isHead)
        return (start, isHead ? Frame() : Frame(document))
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

    /// Notes that the request turned out to break the rules of its version of HTTP.
    mutating func noteMalformed() { record?.facts.failure = .badRequest }

    /// Ends the exchange because what waits for the client is more than may.
    mutating func overrun() { state = .over }

    // MARK: Flow

    /// Takes note that of what was given out as pieces all but so many bytes have left the process; how many bytes the
    /// broker is to be told of, 0 where it need not be told yet.
    mutating func noteTaken(allBut waiting: Int, _ rules: FrontRules) -> Int {
        guard case .streaming = state else { return 0 }
        countTaken(allBut: waiting)
        let unreported = takenBytes - reportedBytes
        // A quarter of what may wait: few reports, and the worker, whom the broker grants halves, never runs dry.
        let window = min(rules.settings.responseBuffer, streamCredit ?? .max)
        guard unreported >= max(1, window / 4) else { return 0 }
        reportedBytes += unreported
        return unreported
    }

    /// Whether a further piece keeps what waits for the client within the limit. One piece alone always may wait.
    ///
    /// It is counted as a worker's credit is, so that a worker that keeps to its credit is never cut: what once counted as
    /// taken does so for good.
    mutating func hasRoom(for piece: Int, waiting: Int, _ rules: FrontRules) -> Bool {
        hasRoom(for: piece, waiting: waiting, limit: rules.settings.responseBuffer)
    }

    /// The same for a limit of the caller's own.
    mutating func hasRoom(for piece: Int, waiting: Int, limit: Int) -> Bool {
        countTaken(allBut: waiting)
        let untaken = streamedBytes - takenBytes
        return untaken == 0 || untaken + piece <= limit
    }

    private mutating func countTaken(allBut waiting: Int) {
        takenBytes = max(takenBytes, streamedBytes - min(streamedBytes, waiting))
    }

    // MARK: The end

    /// The request at the broker that nobody waits for any more, if it has one.
    mutating func takeUnansweredID() -> RequestID? {
        defer { id = nil }
        return id
    }

    /// Notes that bytes of a WebSocket's client came.
    mutating func noteRead(_ bytes: Int) { record?.facts.bytesIn += bytes }

    /// Notes that bytes of the body were given to the connection.
    mutating func noteWritten(_ bytes: Int) { record?.facts.bytesOut += bytes }

    /// What is told of the request now that it is finished; nil where nobody wants to know.
    mutating func finished(_ outcome: FinishedRequest.Outcome, at now: MonotonicInstant) -> FinishedRequest? {
        guard var finished = record.take()?.facts else { return nil }
        finished.outcome = outcome
        finished.microseconds = now.microseconds(since: started)
        return finished
    }
}
