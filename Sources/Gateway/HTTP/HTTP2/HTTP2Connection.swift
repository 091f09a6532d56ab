import DequeModule
import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ
import WorkerProtocol

/// A connection of HTTP/2, as a state machine without a socket and without a clock: it makes requests of the frames that
/// NIOHTTP2 has read and found to be in order, and frames of the answers.
///
/// Whoever drives it tells it what happened and when (a frame began, a frame came, NIOHTTP2 closed a stream, the broker
/// spoke, bytes were taken, time passed), calls ``proceed(at:)``, writes what ``takeFrames(into:at:)`` gives, and carries
/// out the ``Action``s, until neither gives anything more.
///
/// It keeps account of what the client allows to be sent, and hands on no more than that: so it knows what waits, bounds
/// it, and lets the streams have their turns. It drains by itself: NIOHTTP2's own connection management watches stream
/// channels, of which there are none, and NIOHTTP2, once told of a GOAWAY, takes the body of a request that crossed it for
/// an error of the whole connection.
///
/// The code is in four more files: what is read (`+Reading`), what is written (`+Answering`), the WebSockets that streams may
/// become (`+WebSockets`), and how time and the end of the connection are looked after (`+Ending`).
struct HTTP2Connection {
    /// What is to be done.
    enum Action {
        /// Hand a request over to the broker.
        case submit(GatewayRequest)
        /// Tell the broker that nobody waits for an answer any more.
        case cancel(RequestID)
        /// Tell the broker that the client has taken bytes of a streamed response.
        case consumed(RequestID, bytes: Int)
        /// Hand over what the client of a WebSocket sent; nothing follows a close.
        case send(RequestID, WebSocketMessageKind, Frame)
        /// Tell whoever wants to know about a finished request.
        indirect case finished(FinishedRequest)
        /// Write a GOAWAY frame, past NIOHTTP2.
        case goAway(last: HTTP2StreamID, HTTP2ErrorCode)
        /// Close the output once everything is written, and read nothing more.
        case endOutput
        /// Close the connection.
        case close
        /// Close the connection so that the other side takes it for an error.
        case reset
    }

    /// What a connection as a whole has a deadline for.
    enum Wait {
        case none
        case idle
        /// The client takes what is written.
        case progress
    }

    /// The bytes that a client may send of one stream, and of all of them, before it is allowed more.
    static var streamWindow: Int { 64 << 10 }
    static var connectionWindow: Int { 1 << 20 }
    /// What both are before anything is said about them (RFC 9113, section 6.9.2).
    static var defaultWindow: Int { 65535 }
    /// How many times the response buffer the answers of a connection may take together, and how many times the largest body
    /// the bodies of its requests that are not whole yet, without the first window of each.
    static var heldBuffers: Int { 4 }
    /// The most bytes of a body in one frame, which every client takes (RFC 9113, section 4.2).
    static var frameSize: Int { 16 << 10 }
    /// About so many bytes are handed on at a time: few, so that what comes next need not wait long.
    static var turnSize: Int { 64 << 10 }
    /// How long a client has to see that its request was answered before it has sent it whole: there are some that take no
    /// answer from a stream that was reset in the same breath.
    static var answerTime: TimeAmount { .milliseconds(100) }

    let rules: FrontRules
    let origin: HTTPExchange.Origin
    /// How many streams the client was told it may have open, whatever the settings have become since.
    let maximumStreams: Int

    var stage = ConnectionStage.open
    var streams: [HTTP2StreamID: HTTP2Stream] = [:]
    /// The streams whose requests the broker has.
    var requests: [UInt64: HTTP2StreamID] = [:]
    /// The streams that have become WebSockets, and when one of them has to be looked after.
    var webSockets: Set<HTTP2StreamID> = []
    var webSocketDeadline = NIODeadline.distantFuture
    /// The highest stream that the client has opened.
    var lastStream = HTTP2StreamID.rootStream
    /// The highest stream that is served, once no other will be.
    var lastServed: HTTP2StreamID?
    /// Whether the client is still to be told so.
    var owesGoAway = false
    /// Whether there are too many connections: the first request is told so, and the last.
    var isRefused = false
    var isInputClosed = false
    var hasSettings = false
    /// Whether the client has acknowledged the settings of the gateway, ``maximumStreams`` among them.
    var knowsSettings = false
    var floods = HTTP2FloodGuard()
    /// The streams whose last frames from the client have been seen to begin, and perhaps not been read.
    var ended = EndedStreams()

    /// Frames that need no window and wait for nothing but the socket.
    var control: [HTTP2Frame] = []
    /// What the client may still send of streams, or of all together, that it is to be allowed more of.
    var windowUpdates: [HTTP2StreamID: Int] = [:]
    /// The streams that have something to send, in the order in which they may.
    var turns = Deque<HTTP2StreamID>()
    /// The streams that wait for the window of the connection.
    var waiting = Deque<HTTP2StreamID>()
    /// Streams whose answers were too large to wait, and are asked for again.
    var repeats = Deque<HTTP2StreamID>()
    /// How many bytes the client allows for the connection, and for a new stream.
    var window = defaultWindow
    var initialWindow = defaultWindow
    /// The bytes that wait on all streams, and those that are kept free.
    var held = 0
    var reserved = 0
    /// The bytes that the streams may hold of their own, as far as they are more than the least.
    var shared = 0
    /// Whether the socket takes more.
    var isWritable = true
    /// How many bytes have been written.
    var written = 0
    var actions: [Action] = []

    var wait = Wait.none
    var waitDeadline = NIODeadline.distantFuture
    var headerDeadline = NIODeadline.distantFuture
    var blockedDeadline = NIODeadline.distantFuture
    /// The streams that were answered before their requests had come whole, and when they are reset.
    var leftovers = Deque<(NIODeadline, HTTP2StreamID)>()
    /// When bodies have to be there, in the order in which they were begun.
    var bodyDeadlines = Deque<(NIODeadline, HTTP2StreamID)>()
    var bodies: HTTP2BodyAllowance
    var unfinishedHead: Int?
    var progress = DeliveryProgress()
    /// Whether a stream of topics, or a WebSocket, was among the answers.
    var hasStreamedTopics = false
    /// Whether its client had not acknowledged anything when that was last looked at, though there was something.
    var standsStill = false
    /// Whether ``noteDelivery(unacknowledged:at:)`` is to be called without waiting for the deadline.
    var checksDelivery = false

    init(_ rules: FrontRules, from origin: HTTPExchange.Origin) {
        self.rules = rules
        self.origin = origin
        maximumStreams = rules.settings.maximumStreams
        bodies = HTTP2BodyAllowance(bound: Self.heldBuffers * rules.settings.maximumBodySize)
    }

    // MARK: What happens

    /// The connection is there. To be called once, before anything else.
    ///
    /// - Parameter isRefused: whether there are too many.
    mutating func start(isRefused: Bool, at now: NIODeadline) {
        self.isRefused = isRefused
        if rules.isDraining { drain(at: now) }
    }

    /// A frame begins, whatever becomes of it.
    ///
    /// - Returns: the error with which the connection is to end, before the frame is read and after what came before it.
    mutating func fault(of head: HTTP2FrameHead, at now: NIODeadline) -> HTTP2ErrorCode? {
        guard head.length <= HTTP2InboundFilter.longestFrame else { return .frameSizeError }
        if head.kind == .headers || head.kind == .data {
            // NIOHTTP2 has another name for a head after the end of a request (RFC 9113, section 5.1).
            if head.kind == .headers, hasEnded(head.stream) { return .streamClosed }
            if head.has(HTTP2FrameHead.endsStream) { ended.insert(head.stream) }
        } else if head.kind == .settings, head.has(HTTP2FrameHead.acknowledges) {
            knowsSettings = true
        }
        return floods.isTooMuch(head, at: now) || head.kind == .reset && floods.isTooMuchReset(at: now)
            ? .enhanceYourCalm : nil
    }

    private func hasEnded(_ stream: UInt32) -> Bool {
        ended.contains(stream) || streams[HTTP2StreamID(Int(stream))]?.isReading == false
    }

    /// So far everything has come.
    ///
    /// - Parameter unfinishedHead: the number of the head that has begun and not come to its end, if there is one.
    mutating func inputPaused(unfinishedHead: Int?, at now: NIODeadline) {
        guard unfinishedHead != self.unfinishedHead else { return }
        self.unfinishedHead = unfinishedHead
        headerDeadline = unfinishedHead == nil ? .distantFuture : now + rules.times.header
    }

    /// The socket takes more, or does not; so many bytes have been written altogether.
    mutating func outputTaken(written: Int, isWritable: Bool) {
        self.written = written
        self.isWritable = isWritable
    }

    /// The connection is gone. Nothing happens any more after that.
    mutating func closed(at now: NIODeadline) {
        stage = .closed
        abandonStreams(at: now)
        wait = .none
        waitDeadline = .distantFuture
        webSocketDeadline = .distantFuture
    }

    // MARK: Steps

    /// Goes on with what had to wait, and decides what the connection waits for next.
    mutating func proceed(at now: NIODeadline) {
        askAgain()
        endIfDone(at: now)
        updateDeadline(at: now)
    }

    /// Takes the actions that have come together, in exchange for an empty array whose room is used for the next.
    mutating func takeActions(into taken: inout [Action]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &actions)
    }

    /// Whether more bytes can be taken from the client: not while it takes none itself.
    var wantsInput: Bool { stage != .open || isWritable }

    /// Whether there is anything to write that the client and the socket allow.
    var hasOutput: Bool { stage == .open && isWritable && (hasControl || !turns.isEmpty) }

    /// Whether so much waits that it should be handed on before more is told.
    var holdsMuch: Bool { held > rules.settings.responseBuffer / 2 }

    var hasControl: Bool { !control.isEmpty || !windowUpdates.isEmpty }

    // MARK: Streams

    /// Forgets a stream.
    ///
    /// - Parameter outcome: what is told of it.
    mutating func remove(_ id: HTTP2StreamID, _ outcome: FinishedRequest.Outcome, at now: NIODeadline) {
        windowUpdates[id] = nil
        if !control.isEmpty { control.removeAll { $0.streamID == id } }
        guard let stream = streams.removeValue(forKey: id) else { return }
        if stream.isReading { releaseBody(id, at: now) }
        held -= stream.heldBytes
        reserved -= stream.reserved
        shared -= stream.extraShare
        webSockets.remove(id)
        if let request = stream.webSocket?.takeID() {
            requests[request.number] = nil
            actions.append(.cancel(request))
        }
        if let request = stream.exchange.takeUnansweredID() {
            requests[request.number] = nil
            actions.append(.cancel(request))
        }
        if let finished = stream.exchange.finished(outcome, at: now) { actions.append(.finished(finished)) }
    }

    /// Resets a stream, and forgets it.
    mutating func reset(
        _ id: HTTP2StreamID, _ code: HTTP2ErrorCode, _ outcome: FinishedRequest.Outcome, at now: NIODeadline
    ) {
        remove(id, outcome, at: now)
        control.append(HTTP2Frame(streamID: id, payload: .rstStream(code)))
    }

    /// Resets a stream because of a fault of the client's. A malformed request is told of as in HTTP/1.
    mutating func resetForFault(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode, at now: NIODeadline) {
        if streams[id] != nil {
            if code == .protocolError { streams[id]?.exchange.noteMalformed() }
        } else if code == .protocolError, let record = HTTPExchange.malformed(from: origin, rules) {
            actions.append(.finished(record))
        }
        reset(id, code, .abandoned, at: now)
        noteFault(at: now)
    }

    /// The client has made a fault for which a stream was reset (CVE-2025-8671).
    mutating func noteFault(at now: NIODeadline) {
        guard stage == .open, floods.isTooMuchReset(at: now) else { return }
        fail(.enhanceYourCalm, at: now)
    }

    mutating func abandonStreams(at now: NIODeadline) {
        for id in streams.keys.sorted() { remove(id, .abandoned, at: now) }
        control = []
        windowUpdates = [:]
        turns = []
        waiting = []
        repeats = []
        bodyDeadlines = []
        leftovers = []
    }

    // Of the bytes that the answers of a connection may take together, one half is shared out among the streams, and the
    // other taken by whoever comes first.

    /// The bytes that wait beyond which none are taken but those that are a stream's own.
    var commonRoom: Int { Self.heldBuffers / 2 * rules.settings.responseBuffer }

    /// The bytes that each stream may hold, however many there are.
    var leastShare: Int {
        let buffer = rules.settings.responseBuffer
        return min(buffer, max(256, commonRoom / (2 * max(1, maximumStreams))))
    }

    /// What a further stream may hold of its own: much for a few, and for many so little that all together keep within the
    /// bound. It is what a worker with credit is granted at a time.
    ///
    /// - Returns: how many bytes that is, beyond the least.
    func nextExtraShare() -> Int {
        let buffer = rules.settings.responseBuffer
        let free = max(0, commonRoom / 2 - shared)
        return min(buffer - leastShare, free / 2)
    }
}
