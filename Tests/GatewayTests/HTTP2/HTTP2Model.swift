import NIOCore
import NIOHPACK
import NIOHTTP2
import ProcessSupport
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// A connection of HTTP/2, and beside it what its client, NIOHTTP2, the broker and the kernel know of the truth.
///
/// The number of a stream is its request's id and all that a worker's answer to it consists of, so that an answer that went
/// astray is seen.
struct HTTP2Model: RandomModel {
    /// A stream as the client and NIOHTTP2 know it.
    struct Stream {
        var isHead = false
        /// Whether the client has ended its side, got the end of the answer, or anybody has reset it.
        var hasSentEnd = false
        var hasEnd = false
        var isReset = false
        var status: String?
        var body: [UInt8] = []
        var sent = 0
        var window: Int

        var isClosed: Bool { isReset || hasEnd && hasSentEnd }
    }

    /// A request as the broker has it.
    struct Submitted {
        let stream: HTTP2StreamID
        let credit: Int
        /// Whether the worker keeps to its credit.
        let isPaced: Bool
        var hasBegun = false
        var isOver = false
        var streamed = 0
        var consumed = 0
    }

    var random: SplitMix
    var http: HTTP2Connection
    let rules: FrontRules
    var now = NIODeadline.now()

    // The client.
    var streams: [HTTP2StreamID: Stream] = [:]
    private var lastNumber = -1
    var last: HTTP2StreamID { HTTP2StreamID(max(0, lastNumber)) }
    var window = 65535
    var initialWindow = 65535
    var hasClosedInput = false
    var unfinishedHead = 0

    // The kernel: what waits in the process and on the way.
    var inProcess = 0
    var onTheWay = 0
    var written = 0
    var isWritable = true

    var submitted: [UInt64: Submitted] = [:]
    var order: [UInt64] = []
    var finished: Set<String> = []
    var lastServed: HTTP2StreamID?
    var hasEndedOutput = false
    var hasEnded = false
    /// Whether the connection ended otherwise than in order.
    var isTorn = false

    /// The rules that were broken.
    var broken: [String] = []
    var coverage: [String: Int] = [:]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        var settings = HTTPSettings()
        settings.responseBuffer = Int.random(in: 64...(Bool.random(using: &random) ? 256 : 40_000), using: &random)
        settings.maximumStreams = Int.random(in: 1...6, using: &random)
        settings.maximumBodySize = 40
        settings.maximumHeaderSize = 200
        settings.maximumTargetSize = 60
        rules = FrontRules(
            loop: 0, settings: settings, router: Published(RequestRouter()), services: ServiceDirectory(["s"]),
            isObserved: true, wantsTargets: false)
        let peer = RequestPeer(try? SocketAddress(ipAddress: "192.0.2.1", port: 1))
        http = HTTP2Connection(
            rules, from: HTTPExchange.Origin(peer: peer, scheme: "http", listenerAddress: "192.0.2.2:80"))
        http.start(isRefused: Int.random(in: 0..<40, using: &random) == 0, at: now)
        if Bool.random(using: &random) {
            initialWindow = Int.random(in: 0...500, using: &random)
            window = 65535
        }
        let setting = HTTP2Setting(parameter: .initialWindowSize, value: initialWindow)
        receive(0, .settings(.settings([setting])))
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps where broken.isEmpty && !hasEnded { step() }
        finish()
        checkAnswers()
    }

    mutating func check(_ condition: Bool, _ rule: @autoclosure () -> String) {
        if !condition { broken.append(rule()) }
    }

    mutating func count(_ event: String) { coverage[event, default: 0] += 1 }

    // MARK: Events

    private mutating func step() {
        switch Int.random(in: 0..<1000, using: &random) {
        case 0..<200: open()
        case 200..<300: sendBody()
        case 300..<330: resetStream()
        case 330..<450: allow()
        case 450..<470: changeWindows()
        case 470..<720: answer()
        case 720..<860: take()
        case 860..<930: pass(.milliseconds(Int64.random(in: 1...20_000, using: &random)))
        case 930..<940: pass(.seconds(Int64.random(in: 20...200, using: &random)))
        case 940..<950: answerLate()
        case 950..<958: closeByFault()
        case 958..<964: closeInput()
        case 964..<968:
            rules.isDraining = true
            count("drain")
            http.drain(at: now)
            settle()
        case 968..<972: goAway()
        case 972..<976: flood()
        case 976..<980: breakFrames()
        case 980..<990:
            unfinishedHead += 1
            http.inputPaused(unfinishedHead: Bool.random(using: &random) ? unfinishedHead : nil, at: now)
            settle()
        default: break
        }
    }

    private mutating func receive(_ id: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        http.receive(HTTP2Frame(streamID: id, payload: payload), at: now)
        perform()
        if Bool.random(using: &random) { settle() }
    }

    private mutating func open() {
        guard !hasClosedInput, !hasEndedOutput, http.wantsInput else { return }
        lastNumber += 2
        var fields: [(String, String)] = [
            (":method", "GET"), (":scheme", "http"), (":path", "/s/\(lastNumber)"), (":authority", "h"),
            ("x-request-id", "\(lastNumber)"),
        ]
        var stream = Stream(hasSentEnd: true, window: initialWindow)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: break
        case 40..<50:
            stream.isHead = true
            fields[0].1 = "HEAD"
        case 50..<75:
            fields[0].1 = "POST"
            stream.hasSentEnd = false
            switch Int.random(in: 0..<5, using: &random) {
            case 0: fields.append(("content-length", "\(Int.random(in: 0...60, using: &random))"))
            case 1: fields.append(("expect", "100-continue"))
            default: break
            }
        case 75..<80: fields[2].1 = "/none"
        case 80..<83: fields = [(":method", "CONNECT"), (":authority", "h:1"), ("x-request-id", "\(lastNumber)")]
        case 83..<86: fields[2].1 = "no-path"
        case 86..<88: fields.append(("connection", "close"))
        case 88..<91: fields.append(("x", String(repeating: "y", count: 300)))
        case 91..<94: fields.append(("x", "\u{1}"))
        case 94..<96: fields[3].1 = "u@h"
        case 96..<98: fields.append(("content-length", "5"))
        default: fields[0].1 = "TRACE"
        }
        streams[last] = stream
        receive(last, .headers(.init(headers: HPACKHeaders(fields), endStream: stream.hasSentEnd)))
    }

    private mutating func sendBody() {
        guard !hasClosedInput, !hasEndedOutput, http.wantsInput,
            let id = pick({ !$0.hasSentEnd && !$0.isReset })
        else { return }
        let ends = Int.random(in: 0..<3, using: &random) == 0
        if ends { streams[id]?.hasSentEnd = true }
        if ends, Bool.random(using: &random) {
            let name = Bool.random(using: &random) ? "x-trailer" : "host"
            return receive(id, .headers(.init(headers: HPACKHeaders([(name, "a")]), endStream: true)))
        }
        let size = Int.random(in: 0...25, using: &random)
        streams[id]?.sent += size
        let bytes = ByteBuffer(repeating: UInt8(ascii: "b"), count: size)
        receive(id, .data(.init(data: .byteBuffer(bytes), endStream: ends)))
        http.inboundWindowChanged(id, to: Int.random(in: 0...65536, using: &random))
        http.inboundWindowChanged(0, to: Int.random(in: 0...1 << 20, using: &random))
    }

    private mutating func resetStream() {
        guard !hasClosedInput, let id = pick({ !$0.isClosed }) else { return }
        count("reset by the client")
        streams[id]?.isReset = true
        let head = HTTP2FrameHead(kind: .reset, flags: 0, length: 4, stream: UInt32(Int(id)))
        if let code = http.fault(of: head, at: now) { return fail(code) }
        receive(id, .rstStream(.cancel))
    }

    private mutating func fail(_ code: HTTP2ErrorCode) {
        http.fail(code, at: now)
        settle()
    }

    /// NIOHTTP2 has found a fault, and reset a stream.
    private mutating func closeByFault() {
        guard let id = pick({ !$0.isClosed }) else { return }
        count("reset by NIOHTTP2")
        streams[id]?.isReset = true
        http.noteFault(at: now)
        http.streamClosed(id, at: now)
        settle()
    }

    private mutating func allow() {
        guard !hasClosedInput else { return }
        let size = Int.random(in: 1...3000, using: &random)
        if Bool.random(using: &random) {
            window += size
            receive(0, .windowUpdate(windowSizeIncrement: size))
        } else if let id = pick({ !$0.isClosed }) {
            streams[id]?.window += size
            receive(id, .windowUpdate(windowSizeIncrement: size))
        }
    }

    private mutating func changeWindows() {
        guard !hasClosedInput else { return }
        let size = Int.random(in: 0...2000, using: &random)
        for id in streams.keys { streams[id]?.window += size - initialWindow }
        initialWindow = size
        count("other windows")
        receive(0, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: size)])))
    }

    private mutating func pick(_ isMeant: (Stream) -> Bool) -> HTTP2StreamID? {
        streams.keys.sorted().filter { streams[$0].map(isMeant) == true }.randomElement(using: &random)
    }

    /// The broker says something of a request.
    private mutating func answer() {
        let open = order.filter { submitted[$0]?.isOver == false }
        guard let id = open.randomElement(using: &random), var request = submitted[id] else { return }
        var size = [0, 1, 1, 5, 40, 400, 4000].randomElement(using: &random) ?? 1
        let own = "\(Int(request.stream));".utf8.count
        if request.isPaced { size = min(size, (request.credit + request.consumed - request.streamed) / own) }
        let piece = Frame(Array(repeating: Array("\(Int(request.stream));".utf8), count: max(0, size)).joined())
        let event: ReplyEvent
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<5: event = .handled(RequestHandling(worker: "w", waiting: .zero, working: .zero))
        case 5..<20 where request.hasBegun: event = .end(piece)
        case 20..<24 where request.hasBegun: event = .cut
        case _ where request.hasBegun: event = .piece(piece)
        case 5..<12:
            event = .failure([.noWorker, .workerLost, .workerTimeout].randomElement(using: &random) ?? .noWorker)
        case 12..<50:
            var head = ReplyHead(status: [200, 200, 204, 304, 500].randomElement(using: &random) ?? 200)
            // Most workers that stream do not know the length; some are wrong about it.
            if Int.random(in: 0..<4, using: &random) == 0 {
                head = ReplyHead(status: 200, contentLength: piece.count * Int.random(in: 0...3, using: &random))
                lengths.insert(request.stream)
            }
            event = .begin(head, piece: piece)
            request.hasBegun = true
        default:
            event = .reply(
                ReplyHead(status: [200, 200, 204, 304, 500].randomElement(using: &random) ?? 200), body: piece)
        }
        switch event {
        case .begin, .piece: request.streamed += piece.count
        default: break
        }
        request.isOver = event.isLast
        submitted[id] = request
        let isWithinCredit = request.isPaced && request.hasBegun
        http.receive(event, for: id, at: now)
        if isWithinCredit, case .piece = event {
            check(
                http.streams[request.stream] != nil || streams[request.stream]?.isReset == true || !isOpen
                    || submitted[id]?.isOver == true || isNoted(request.stream),
                "a worker that keeps to its credit is cut")
        }
        perform()
        if Bool.random(using: &random) { settle() }
    }

    private var isOpen: Bool { http.stage == .open }

    /// Whether the answer named a length, which a piece may exceed.
    private func isNoted(_ id: HTTP2StreamID) -> Bool { lengths.contains(id) }

    var lengths: Set<HTTP2StreamID> = []

    /// What was on its way when a request was cancelled arrives all the same.
    private mutating func answerLate() {
        guard let id = order.filter({ submitted[$0]?.isOver == true }).randomElement(using: &random) else { return }
        http.receive(.piece("late"), for: id, at: now)
        http.receive(.reply(.plainText, body: "late"), for: id, at: now)
        settle()
    }

    /// The kernel and the client take bytes.
    private mutating func take() {
        let toKernel = Int.random(in: 0...inProcess, using: &random)
        inProcess -= toKernel
        onTheWay += toKernel
        onTheWay -= Int.random(in: 0...onTheWay, using: &random)
        if !isWritable, inProcess < 1000 {
            isWritable = true
            http.outputTaken(written: written, isWritable: true)
        }
        settle()
    }

    private mutating func pass(_ time: TimeAmount) {
        now = now + time
        for _ in 0..<20 where http.deadline <= now && !hasEnded {
            http.advance(to: now, unacknowledged: inProcess + onTheWay)
            settle()
        }
        let (wait, stage) = (http.wait, http.stage)
        check(hasEnded || http.deadline > now, "a deadline is left after it has passed: \(wait), \(stage)")
    }

    private mutating func closeInput() {
        guard !hasClosedInput else { return }
        hasClosedInput = true
        count("half-closed")
        http.inputClosed(unacknowledged: inProcess + onTheWay, at: now)
        settle()
    }

    private mutating func flood() {
        guard !hasClosedInput else { return }
        for _ in 0..<1001 {
            let head = HTTP2FrameHead(kind: .ping, flags: 0, length: 8, stream: 0)
            if let code = http.fault(of: head, at: now) { http.fail(code, at: now) }
        }
        count("flood")
        settle()
        check(http.stage != .open, "a flood goes on")
    }

    /// NIOHTTP2 has found an error, and said so.
    private mutating func breakFrames() {
        count("broken frames")
        isTorn = true
        lastServed = lastServed ?? last
        http.failed(at: now)
        settle()
    }

    private mutating func goAway() {
        count("gone")
        isTorn = true
        hasEnded = true
        http.closed(at: now)
        perform()
        check(!http.hasOutput, "there is output after the end")
        receive(HTTP2StreamID(lastNumber + 2), .headers(.init(headers: [":method": "GET"], endStream: true)))
        http.proceed(at: now)
        perform()
        check(!http.hasOutput, "there is output after the end")
    }
}
