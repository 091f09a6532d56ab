import NIOCore
import SwiftZMQ
import WorkerProtocol

/// A WebSocket and who serves it: a worker, or the broadcaster of the topics. It stands in the place of an exchange's answer,
/// and knows no more than that of versions of HTTP and of connections.
///
/// A version gives it the bytes that come, hands on those that go (``takeOutput()``), tells it what the one who serves it
/// says, and does what it wants done (``takeAction()``).
struct WebSocketExchange {
    /// What is to be done besides writing.
    enum Action {
        /// Hand over what the client sent; nothing follows a close.
        case send(RequestID, WebSocketMessageKind, Frame)
        /// Tell whoever serves it that the client is gone.
        case cancel(RequestID)
        /// Tell whoever serves it that the client has taken bytes of messages.
        case taken(RequestID, bytes: Int)
        /// Nothing is to be written any more, nor read. How it ended.
        case end(FinishedRequest.Outcome)
    }

    enum Server {
        case worker
        case topics
    }

    /// The request by which it is served; nil once nobody serves it any more.
    private(set) var id: RequestID?
    private let server: Server
    private var session: WebSocketSession
    private var actions = CircularBuffer<Action>()
    private var outcome = FinishedRequest.Outcome.answered

    /// So many bytes that the client has taken are told at a time.
    private let reportSize: Int
    /// Bytes of messages for the client that were given out, those of them that have left the process, and what was told
    /// of those.
    private var given = 0
    private var taken = 0
    private var reported = 0
    /// Whether all that the client takes is told, however little it is, until it has taken everything.
    private var reportsAll = false
    /// Messages of no bytes among those that have not left: they take memory, too.
    private var emptyMessages = 0

    /// - Parameters:
    ///   - id: the request by which it is served; nil where it has come to its end already.
    ///   - maximumMessageSize: the most bytes of a message of the client's.
    ///   - credit: how many bytes of messages may be handed over at first.
    ///   - reportSize: so many bytes that the client has taken are told at a time.
    init(
        _ id: RequestID?, servedBy server: Server, maximumMessageSize: Int, credit: Int,
        reportingEach reportSize: Int, at now: NIODeadline
    ) {
        self.id = id
        self.server = server
        self.reportSize = reportSize
        session = WebSocketSession(maximumMessageSize: maximumMessageSize, credit: credit, at: now)
    }

    /// Whether messages still go both ways.
    var isOpen: Bool { session.isOpen }

    /// Whether more bytes of the client's can be taken.
    var wantsInput: Bool { session.wantsInput }

    /// When ``advance(to:)`` is to be called at the latest.
    var deadline: NIODeadline { session.deadline }

    /// What is to be written; nil where there is nothing.
    mutating func takeOutput() -> ByteBuffer? { session.takeOutput() }

    /// The next thing to be done; nil where there is none.
    mutating func takeAction() -> Action? { actions.popFirstOrShrink() }

    // MARK: The client

    /// The client sent bytes.
    mutating func received(_ bytes: ByteBuffer, at now: NIODeadline) {
        session.received(bytes, at: now)
        settle()
    }

    /// The client's side of the connection is closed, or all of it.
    mutating func disconnected() {
        session.disconnected()
        settle()
    }

    /// Bytes of the client's that had to wait are read again, or it has taken some.
    mutating func noteAlive(at now: NIODeadline) { session.noteAlive(at: now) }

    /// Time has passed.
    mutating func advance(to now: NIODeadline) {
        session.advance(to: now)
        settle()
    }

    /// The gateway stops, and the client is told so.
    mutating func drain(at now: NIODeadline) {
        switch server {
        case .worker: close(.serviceRestart, "the service restarts", .answered, at: now)
        case .topics: close(.goingAway, "", .answered, at: now)
        }
    }

    /// Ends it from this side.
    private mutating func close(
        _ code: WebSocketCloseCode, _ reason: Frame, _ outcome: FinishedRequest.Outcome, at now: NIODeadline
    ) {
        if let id = takeID() { actions.append(.cancel(id)) }
        self.outcome = outcome
        session.close(code, reason, at: now)
        settle()
    }

    /// The request by which it is served, of which nothing more is wanted.
    mutating func takeID() -> RequestID? {
        defer { id = nil }
        return id
    }

    private mutating func settle() {
        while let action = session.takeAction() {
            switch action {
            case .deliver(let kind, let message):
                if server == .worker, let id { actions.append(.send(id, kind, Frame(message))) }
            case .deliverClose(let contents):
                if let id = takeID() { actions.append(.send(id, .close, Frame(contents))) }
            case .deliverLoss:
                outcome = .abandoned
                if let id = takeID() { actions.append(.cancel(id)) }
            case .endOutput: actions.append(.end(outcome))
            }
        }
    }

    // MARK: Who serves it

    /// Whoever serves it says something.
    ///
    /// - Parameters:
    ///   - waiting: how many bytes have not left the process.
    ///   - room: how many bytes of messages may wait. One message alone always may.
    mutating func receive(_ event: consuming ReplyEvent, waiting: Int, room: Int, at now: NIODeadline) {
        guard id != nil || event.isLast else { return }
        switch event {
        case .message(let kind, let data): send(kind, data, waiting: waiting, room: room, at: now)
        case .piece(let frames):
            // What is on its way is bounded by the broadcaster; the frames are made.
            given += frames.count
            session.send(frames: frames)
        case .granted(let bytes):
            session.grant(bytes, at: now)
            if bytes == 0 { reportAll(but: waiting) }
        case .paused(let isPaused): session.setSuspended(isPaused, at: now)
        case .closed(let end):
            id = nil
            outcome = end.isOrderly ? .answered : .cut
            session.close(WebSocketCloseCode(rawValue: end.code), end.reason, at: now)
        case .end:
            id = nil
            session.close(.goingAway, at: now)
        case .cut, .failure:
            id = nil
            outcome = .cut
            session.close(.internalError, at: now)
        case .handled, .reply, .begin, .frames, .open: break
        }
        settle()
    }

    private mutating func send(
        _ kind: WebSocketMessageKind, _ data: Frame, waiting: Int, room: Int, at now: NIODeadline
    ) {
        noteTaken(allBut: waiting)
        let untaken = given - taken + emptyMessages
        guard untaken == 0 || untaken + max(1, data.count) <= room else {
            return close(.internalError, "the client does not keep up", .cut, at: now)
        }
        guard session.send(kind, data) else {
            return close(.internalError, "the worker sent a text that is no UTF-8", .cut, at: now)
        }
        given += data.count
        if data.isEmpty { emptyMessages += 1 }
    }

    /// Takes note that of all that was written for the client so many bytes have not left the process.
    private mutating func noteTaken(allBut waiting: Int) {
        taken = max(taken, given - min(given, waiting))
        if waiting == 0 { emptyMessages = 0 }
    }

    /// The same; how many bytes whoever serves it is to be told of, 0 where it need not be told yet.
    mutating func newlyTaken(allBut waiting: Int) -> Int {
        noteTaken(allBut: waiting)
        let unreported = taken - reported
        guard unreported >= (reportsAll ? 1 : reportSize) else { return 0 }
        reported += unreported
        if taken == given { reportsAll = false }
        return unreported
    }

    /// Tells of all that the client has taken, and from now on of all that it takes.
    private mutating func reportAll(but waiting: Int) {
        reportsAll = true
        let bytes = newlyTaken(allBut: waiting)
        if bytes > 0, let id { actions.append(.taken(id, bytes: bytes)) }
        if taken == given { reportsAll = false }
    }
}
