import NIOCore
import ProcessSupport
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// A connection of HTTP/1, and beside it what its client, the broker and the kernel know of the truth.
///
/// Every request has a number of its own, which is its request id and all that a worker's answer to it consists of, so that
/// an answer that went astray is seen.
struct HTTP1Model: RandomModel {
    /// A request as the broker has it.
    struct Submitted {
        let number: Int
        let isHead: Bool
        var hasBegun = false
        var isOver = false
        var streamed = 0
        var consumed = 0
    }

    var random: SplitMix
    var http: HTTP1Connection
    let rules: FrontRules
    var now = NIODeadline.now()

    // The client.
    var lastNumber = 0
    /// What it has not sent yet.
    var unsent: [UInt8] = []
    /// The body of the last request of these, which the client sends when it has sent all before and gets its turn again.
    var withheldBody: [UInt8] = []
    var heads: Set<Int> = []
    var received: [UInt8] = []
    var hasClosedInput = false

    // The kernel: what waits in the process and on the way.
    var inProcess = 0
    var isWritable = true
    var onTheWay = 0

    var submitted: [UInt64: Submitted] = [:]
    var order: [UInt64] = []
    var finished: Set<String> = []
    var hasEndedOutput = false
    var hasEnded = false
    /// Whether something was cut, or the connection ended otherwise than in order.
    var mayBeTorn = false

    /// The rules that were broken.
    var broken: [String] = []
    var coverage: [String: Int] = [:]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        var settings = HTTPSettings()
        // Often so small that several answers that wait are more than a connection keeps.
        settings.responseBuffer = Int.random(in: 64...(Bool.random(using: &random) ? 256 : 2048), using: &random)
        settings.maximumPipelinedRequests = Int.random(in: 1...5, using: &random)
        settings.maximumBodySize = 40
        settings.maximumHeaderSize = 200
        settings.maximumTargetSize = 60
        rules = FrontRules(
            loop: 0, settings: settings, router: Published(RequestRouter()), services: ServiceDirectory(["s"]),
            isObserved: true, wantsTargets: false)
        let peer = RequestPeer(try? SocketAddress(ipAddress: "192.0.2.1", port: 1))
        http = HTTP1Connection(
            rules, from: HTTPExchange.Origin(peer: peer, scheme: "http", listenerAddress: "192.0.2.2:80"))
        let isRefused = Int.random(in: 0..<40, using: &random) == 0
        http.start(isRefused: isRefused, at: now)
        settle()
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
        case 0..<350: send()
        case 350..<650: answer()
        case 650..<850: take()
        case 850..<940: pass(.milliseconds(Int64.random(in: 1...20_000, using: &random)))
        case 940..<950: pass(.seconds(Int64.random(in: 20...200, using: &random)))
        case 950..<958 where !hasClosedInput:
            hasClosedInput = true
            count("half-closed")
            http.inputClosed(unacknowledged: inProcess + onTheWay, at: now)
            settle()
        case 958..<962:
            rules.isDraining = true
            count("drain")
            http.drain(unacknowledged: inProcess + onTheWay, at: now)
            settle()
        case 962..<966: goAway()
        case 966..<990: answerLate()
        default: break
        }
    }

    /// The client sends something, as far as the connection reads.
    private mutating func send() {
        guard !hasClosedInput, http.wantsInput else { return }
        if unsent.isEmpty { swap(&unsent, &withheldBody) }
        while unsent.count < 20, withheldBody.isEmpty { unsent += request() }
        for _ in 0..<Int.random(in: 1...3, using: &random) where !unsent.isEmpty {
            let size = min(unsent.count, Int.random(in: 1...150, using: &random))
            http.receive(ByteBuffer(bytes: unsent[..<size]), at: now)
            unsent.removeFirst(size)
            perform()
        }
        settle()
        if http.wantsInput, http.reading == .head {
            let kept = http.input.readableBytes
            check(kept <= 60 + 200 + 500, "\(kept) bytes of a head are kept")
        }
    }

    private mutating func request() -> [UInt8] {
        lastNumber += 1
        let number = lastNumber
        let id = "x-request-id: \(number)\r\n"
        let body = String(repeating: "b", count: Int.random(in: 0...50, using: &random))
        let text: String
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<35: text = "GET /s/\(number) HTTP/1.1\r\nhost: h\r\n\(id)\r\n"
        case 35..<45:
            heads.insert(number)
            text = "HEAD /s/\(number) HTTP/1.1\r\nhost: h\r\n\(id)\r\n"
        case 45..<60:
            let expects = Bool.random(using: &random)
            let waits = expects && Bool.random(using: &random)
            if waits { withheldBody = Array(body.utf8) }
            text =
                "POST /s/\(number) HTTP/1.1\r\nhost: h\r\n\(id)\(expects ? "expect: 100-continue\r\n" : "")"
                + "content-length: \(body.utf8.count)\r\n\r\n\(waits ? "" : body)"
        case 60..<70:
            let size = String(body.utf8.count, radix: 16)
            let chunk = body.isEmpty ? "" : "\(size)\r\n\(body)\r\n"
            text =
                "PUT /s/\(number) HTTP/1.1\r\nhost: h\r\n\(id)transfer-encoding: chunked\r\n\r\n\(chunk)0\r\nx: y\r\n\r\n"
        case 70..<76: text = "\r\nGET /none HTTP/1.1\r\nhost: h\r\n\(id)\r\n"
        case 76..<80: text = "OPTIONS * HTTP/1.1\r\nhost: h\r\n\(id)\r\n"
        case 80..<86: text = "GET /s/\(number) HTTP/1.0\r\nconnection: keep-alive\r\n\(id)\r\n"
        case 86..<88: text = "GET /s/\(number) HTTP/1.0\r\n\(id)\r\n"
        case 88..<91: text = "GET /s/\(number) HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\(id)\r\n"
        case 91..<93: text = "CONNECT h:1 HTTP/1.1\r\nhost: h:1\r\n\(id)\r\n"
        case 93..<95: text = "GET /s HTTP/1.1\r\nhost: h\r\n\(id)x: \(String(repeating: "x", count: 300))\r\n\r\n"
        case 95..<97: text = "GET /s HTTP/1.1\r\nhost: h\r\n\(id)bad line\r\n\r\n"
        default:
            // It has a NUL, so that no request can be made of it and what follows.
            return (0..<Int.random(in: 1...30, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                + Array("\u{0}\r\n\r\n".utf8)
        }
        return Array(text.utf8)
    }

    /// The broker says something of a request.
    private mutating func answer() {
        let open = order.filter { submitted[$0]?.isOver == false }
        guard let id = open.randomElement(using: &random), var request = submitted[id] else { return }
        func body(_ size: Int) -> Frame {
            Frame(Array(repeating: Array("\(request.number);".utf8), count: size).joined())
        }
        let size = [0, 1, 1, 5, 40, 400].randomElement(using: &random) ?? 1
        let piece = body(size)
        let event: ReplyEvent
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<5: event = .handled(RequestHandling(worker: "w", waiting: .zero, working: .zero))
        case 5..<20 where request.hasBegun: event = .end(piece)
        case 20..<24 where request.hasBegun: event = .cut
        case _ where request.hasBegun: event = .piece(piece)
        case 5..<12:
            event = .failure([.noWorker, .workerLost, .workerTimeout].randomElement(using: &random) ?? .noWorker)
        case 12..<45:
            var head = ReplyHead(status: [200, 200, 204, 304, 500].randomElement(using: &random) ?? 200)
            // Most workers that stream do not know the length; some are wrong about it.
            if Int.random(in: 0..<4, using: &random) == 0 {
                head = ReplyHead(status: 200, contentLength: piece.count * Int.random(in: 0...3, using: &random))
            }
            event = .begin(head, piece: piece)
        default: event = .reply(ReplyHead(status: [200, 404].randomElement(using: &random) ?? 200), body: piece)
        }
        switch event {
        case .begin, .piece, .end:
            request.hasBegun = true
            request.streamed += piece.count
        default: break
        }
        request.isOver = event.isLast
        submitted[id] = request
        http.receive(event, for: id, at: now)
        if http.isOutputLarge { _ = flush() }
        perform()
        if Bool.random(using: &random) { settle() }
    }

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
        if !isWritable, inProcess < rules.settings.responseBuffer / 2 {
            isWritable = true
            http.outputTaken(buffered: 0)
        }
        settle()
    }

    private mutating func pass(_ time: TimeAmount) {
        now = now + time
        if http.deadline <= now {
            http.advance(to: now, unacknowledged: inProcess + onTheWay)
            settle()
            let (wait, stage) = (http.wait, http.stage)
            check(http.deadline > now, "a deadline is left after it has passed: \(wait), \(stage)")
        }
    }

    private mutating func goAway() {
        count("gone")
        mayBeTorn = true
        hasEnded = true
        http.closed(at: now)
        perform()
        check(http.takeOutput() == nil, "there is output after the end")
        http.receive(ByteBuffer(string: "GET /s HTTP/1.1\r\nhost: h\r\n\r\n"), at: now)
        http.proceed(at: now)
        perform()
        check(http.takeOutput() == nil, "there is output after the end")
    }

    // MARK: The driver

    mutating func settle() {
        guard !hasEnded else { return }
        var turns = 0
        repeat {
            http.proceed(at: now)
            perform()
            if http.checksDelivery, http.output == nil {
                http.noteDelivery(unacknowledged: inProcess + onTheWay, at: now)
                perform()
            }
            turns += 1
            check(turns < 1000, "it never comes to rest")
        } while flush() && turns < 1000
        check(http.outputSize == 0, "something is written and not handed on")
        checkMemory()
    }

    private mutating func flush() -> Bool {
        guard let buffer = http.takeOutput() else { return false }
        guard buffer.readableBytes > 0 else { return false }
        check(!hasEndedOutput && !hasEnded, "bytes come after the end")
        received += buffer.readableBytesView
        inProcess += buffer.readableBytes
        if inProcess >= rules.settings.responseBuffer { isWritable = false }
        rules.outputBuffers.giveBack(buffer)
        http.outputTaken(buffered: isWritable ? 0 : inProcess)
        return true
    }

    private mutating func checkMemory() {
        let limit = rules.settings.responseBuffer
        let exchanges = http.exchanges
        check(exchanges.count <= rules.settings.maximumPipelinedRequests + 1, "\(exchanges.count) exchanges")
        for event in exchanges.flatMap(\.held) {
            if case .piece(let piece) = event { check(!piece.isEmpty, "a piece of nothing is held") }
        }
        // The largest piece of the model has about 2,000 bytes, which is many times the smallest limit.
        let held = exchanges.dropFirst().reduce(0) { $0 + $1.heldBytes }
        check(
            held <= (HTTP1Connection.heldReplies + exchanges.count) * limit,
            "\(held) bytes are held where a stream may hold \(limit)")
    }
}
