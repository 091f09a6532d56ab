import NIOCore
import ProcessSupport
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// An exchange under random requests and ends, between a broker that says what it may say in any order, and a version of
/// HTTP that does what the exchange wants and counts what it gets.
struct ExchangeModel: RandomModel {
    /// What the client asks for.
    enum Kind: CaseIterable {
        case get, head, post, webSocket, webSocketOfHTTP2, topics, message, nobody, options, trace
    }

    /// The request as the broker has it.
    struct Submitted {
        let id: RequestID
        var hasBegun = false
        var isOver = false
    }

    var random: SplitMix
    let rules: FrontRules
    let kind: Kind
    var exchange: HTTPExchange
    let now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    var isRead = false
    var request: GatewayRequest?
    var submitted: Submitted?

    // The client.
    /// How many answers have begun, and with which status.
    var answers = 0
    var status: Int?
    var length = ResponseStart.Length.unknown
    /// The bytes of the body, and those of them that have not left.
    var size = 0
    var waiting = 0
    var isOver = false

    /// The bytes that the broker has given as pieces, and was told of as taken.
    var given = 0
    var reported = 0

    var broken: [String] = []
    var coverage: [String: Int] = [:]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        var settings = HTTPSettings()
        settings.responseBuffer = Int.random(in: 1...400, using: &random)
        let nowhere = ["tcp://127.0.0.1:1"]
        let routes = [
            Route(path: "/t/", destination: .topics(TopicSource(endpoints: nowhere))),
            Route(path: "/m/", destination: .messages(MessageTarget(.push, endpoints: nowhere))),
        ]
        rules = FrontRules(
            loop: 0, settings: settings, router: Published(RequestRouter(routes: routes)),
            services: ServiceDirectory(["s"]), isObserved: true, wantsTargets: true)
        kind = Kind.allCases.randomElement(using: &random) ?? .get
        let origin = HTTPExchange.Origin(
            peer: RequestPeer(try? SocketAddress(ipAddress: "192.0.2.1", port: 1)), scheme: "http",
            listenerAddress: "192.0.2.2:80")
        var parser = RequestHeadParser()
        var bytes = ByteBuffer(string: kind.head)
        if var request = try? parser.parse(&bytes, limits: rules.limits) {
            request.isExtendedConnect = kind == .webSocketOfHTTP2
            exchange = HTTPExchange(request, from: origin, rules, at: now)
        } else {
            let nothing = ByteBuffer()
            let hints = HeadHints(nothing.readableBytesUInt8Span, limits: rules.limits)
            exchange = HTTPExchange(refused: .malformed("it is not read"), hints, from: origin, rules, at: now)
            broken.append("the head of \(kind) is not read")
        }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps where broken.isEmpty && !isOver { step() }
        finish()
    }

    mutating func check(_ condition: Bool, _ rule: @autoclosure () -> String) {
        if !condition { broken.append("\(kind): \(rule())") }
    }

    mutating func count(_ event: String) { coverage[event, default: 0] += 1 }

    // MARK: What happens

    private mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: read()
        case 20..<70: speak()
        case 70..<92: take()
        case 92..<94: close(.abandoned)
        case 94..<98: repeatRequest()
        default: break
        }
    }

    /// The request comes to its end, or turns out to have none.
    private mutating func read() {
        guard !isRead else { return }
        isRead = true
        if Int.random(in: 0..<10, using: &random) == 0 {
            count("refused")
            let rejection = RequestRejection(.bodyTooLarge, "too large")
            perform(exchange.receive(.refused(rejection), rules, at: now))
        } else {
            perform(exchange.receive(.complete(Frame(kind.body)), rules, at: now))
        }
    }

    /// The broker says something that it may say.
    private mutating func speak() {
        guard let request = submitted, !request.isOver else { return }
        let piece = Frame([UInt8](repeating: 0x61, count: [0, 1, 10, 100, 300].randomElement(using: &random) ?? 1))
        switch Int.random(in: 0..<20, using: &random) {
        case 0: tell(.handled(RequestHandling(worker: "w", waiting: .zero, working: .zero)))
        case 1..<14 where request.hasBegun: tell(.piece(piece))
        case 14..<16 where request.hasBegun: tell(.cut)
        case _ where request.hasBegun: tell(.end(piece))
        case 1..<3: tell(.failure([.noWorker, .workerLost, .workerTimeout].randomElement(using: &random) ?? .noWorker))
        case 3..<6 where kind.isWebSocket: tell(.open(ReplyHead(status: 101), credit: nil))
        case 3..<16: tell(.begin(replyHead(), piece: piece))
        default: tell(.reply(replyHead(), body: piece))
        }
    }

    private mutating func replyHead() -> ReplyHead {
        let status = [200, 200, 204, 304, 500].randomElement(using: &random) ?? 200
        guard Int.random(in: 0..<3, using: &random) == 0 else { return ReplyHead(status: status) }
        return ReplyHead(status: status, contentLength: Int.random(in: 0...400, using: &random))
    }

    /// Hands on what the broker says, where somebody waits for it.
    mutating func tell(_ event: ReplyEvent) {
        guard let id = submitted?.id, exchange.id == id else { return }
        if case .piece(let piece) = event {
            let hasRoom = exchange.hasRoom(for: piece.count, waiting: waiting, rules)
            let isTooMuch = waiting + piece.count > rules.settings.responseBuffer
            check(hasRoom || isTooMuch, "a piece within the limit has no room")
            guard hasRoom else {
                count("overrun")
                exchange.overrun()
                return close(.cut)
            }
        }
        switch event {
        case .begin(_, let piece), .piece(let piece):
            submitted?.hasBegun = true
            given += piece.count
        default: if event.isLast { submitted?.isOver = true }
        }
        perform(exchange.receive(.reply(event), rules, at: now))
    }

    /// The client takes some of what waits.
    private mutating func take() {
        waiting -= Int.random(in: 0...waiting, using: &random)
        if Bool.random(using: &random) { waiting = 0 }
        let bytes = exchange.noteTaken(allBut: waiting, rules)
        if bytes > 0 { count("consumed") }
        reported += bytes
        let (told, gone) = (reported, given - waiting)
        check(bytes >= 0 && told <= gone, "\(told) bytes are told of, and \(gone) have left")
        guard waiting == 0, answers == 1 else { return }
        let left = given - reported
        check(left < max(1, rules.settings.responseBuffer / 4), "the worker is not told of \(left) bytes")
    }

    /// The answer was let go of before any of it was written, and is asked for again.
    private mutating func repeatRequest() {
        guard answers == 0, let request, let old = submitted, exchange.id == old.id, exchange.isSafe else { return }
        let taken = exchange.takeUnansweredID()
        check(taken == old.id, "another request is given up")
        let repeated = exchange.submitAgain(request, rules)
        check(repeated.id != old.id && exchange.id == repeated.id, "it is repeated under the same name")
        count("repeated")
        submitted = Submitted(id: repeated.id)
    }

    /// Lets everything come to its end.
    private mutating func finish() {
        for _ in 0..<3 where !isOver && broken.isEmpty {
            read()
            guard let submitted else { continue }
            tell(submitted.hasBegun ? .end("") : .reply(ReplyHead(status: 200), body: "x"))
        }
        check(isOver, "it never ends")
    }
}

extension ExchangeModel.Kind {
    var isWebSocket: Bool { self == .webSocket || self == .webSocketOfHTTP2 }

    var body: String { self == .post || self == .message ? "abc" : "" }

    /// The head of such a request.
    var head: String {
        switch self {
        case .get: "GET /s/x HTTP/1.1\r\nhost: h\r\n\r\n"
        case .head: "HEAD /s HTTP/1.1\r\nhost: h\r\n\r\n"
        case .post: "POST /s HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\n"
        case .webSocket:
            "GET /s HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
                + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        case .webSocketOfHTTP2: "GET /s HTTP/1.1\r\nhost: h\r\nsec-websocket-version: 13\r\n\r\n"
        case .topics: "GET /t/x HTTP/1.1\r\nhost: h\r\naccept: text/event-stream\r\n\r\n"
        case .message: "POST /m/x HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\n"
        case .nobody: "GET /none HTTP/1.1\r\nhost: h\r\n\r\n"
        case .options: "OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n"
        case .trace: "TRACE /s HTTP/1.1\r\nhost: h\r\n\r\n"
        }
    }
}
