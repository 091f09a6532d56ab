import SwiftZMQ
import WorkerProtocol

/// One request and its answer, as a state machine that knows nothing of connections, of NIO and of other exchanges, and of
/// versions of HTTP no more than how each accepts a WebSocket.
///
/// A version of HTTP makes it of a head that it has read, tells it what happens (``receive(_:at:)``), and does what it says.
/// It decides where the request goes, keeps to the limits, counts what the client has taken, knows what the answer to a
/// HEAD leaves out, and notes what is told of the request when it is finished.
struct HTTPExchange {
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

    var state: State
    /// Its name at the broker; nil before it is handed over and once the broker has nothing to do with it any more.
    var id: RequestID?
    /// The id that the client reads.
    let requestID: String
    let isHead: Bool
    /// Whether the request may be made any number of times without a difference (RFC 9110, section 9.2.1).
    let isSafe: Bool
    let prefersText: Bool
    /// What is asked; nil once it is handed over.
    var request: ParsedRequest?
    private(set) var plan: Plan
    /// The WebSocket that is asked for; nil where none is.
    let upgrade: WebSocketUpgrade?
    let maximumBodySize: Int
    /// Bytes of the body that were given out as pieces, those of them that have left the process, and what the broker has
    /// been told of those.
    var streamedBytes = 0
    private var takenBytes = 0
    private var reportedBytes = 0
    /// When the body has to be there; distant where it need not be.
    private(set) var bodyDeadline = MonotonicInstant.distantFuture
    /// What is told of the request in the end; nil where nobody wants to know.
    var record: ObservedRequest?
    private var started: MonotonicInstant
    let origin: Origin
    /// The bytes of a streamed answer that may be under way, where they are fewer than the settings allow. To be set
    /// before the request is complete.
    var streamCredit: Int?

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

    // MARK: The answer

    /// Whether the answer may be that the connection is a WebSocket's from then on.
    var mayUpgrade: Bool {
        guard case .waiting = state, let upgrade else { return false }
        return upgrade.refusal == nil
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
