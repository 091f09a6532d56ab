import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// A connection of HTTP/2 without NIOHTTP2, a socket or a clock: a test says what happens, and reads what is done.
struct HTTP2Script {
    let rules: FrontRules
    var http: HTTP2Connection
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    var frames: [HTTP2Frame] = []
    var submitted: [GatewayRequest] = []
    var cancelled: [UInt64] = []
    var consumed: [UInt64: Int] = [:]
    var messages: [String] = []
    var finished: [FinishedRequest] = []
    var goAways: [(last: HTTP2StreamID, code: HTTP2ErrorCode)] = []
    /// What ended the connection: `endOutput`, `close`, `reset`.
    var endings: [String] = []

    /// What waits in the process, and on the way to the client.
    var unacknowledged = 0
    var isWritable = true
    private var written = 0

    init(
        isRefused: Bool = false, scheme: String = "http", routes: [Route] = [],
        _ change: (inout HTTPSettings) -> Void = { _ in }
    ) {
        var settings = HTTPSettings()
        change(&settings)
        rules = FrontRules(
            loop: 0, settings: settings, router: Published(RequestRouter(routes: routes)),
            services: ServiceDirectory(["s"]), isObserved: true, wantsTargets: true)
        let peer = RequestPeer(try? SocketAddress(ipAddress: "192.0.2.1", port: 1))
        http = HTTP2Connection(
            rules, from: HTTPExchange.Origin(peer: peer, scheme: scheme, listenerAddress: "192.0.2.2:80"))
        http.start(isRefused: isRefused, at: now)
        receive(0, .settings(.settings([])))
    }

    // MARK: The client

    mutating func receive(_ id: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        http.receive(HTTP2Frame(streamID: id, payload: payload), at: now)
        settle()
    }

    mutating func request(
        _ id: HTTP2StreamID, _ method: String = "GET", _ path: String = "/s", ends: Bool = true,
        _ more: [(String, String)] = []
    ) {
        let fields: [(String, String)] = [
            (":method", method), (":scheme", "http"), (":path", path), (":authority", "h"),
            ("x-request-id", "\(Int(id))"),
        ]
        receive(id, .headers(.init(headers: HPACKHeaders(fields + more), endStream: ends)))
    }

    mutating func data(_ id: HTTP2StreamID, _ text: String, ends: Bool = false, padding: Int? = nil) {
        receive(
            id,
            .data(.init(data: .byteBuffer(ByteBuffer(string: text)), endStream: ends, paddingBytes: padding)))
    }

    mutating func allow(_ bytes: Int, on id: HTTP2StreamID) {
        receive(id, .windowUpdate(windowSizeIncrement: bytes))
    }

    /// A frame begins.
    mutating func begin(_ kind: HTTP2FrameHead.Kind, flags: UInt8 = 0, length: Int = 0, stream: UInt32 = 0) {
        let head = HTTP2FrameHead(kind: kind, flags: flags, length: length, stream: stream)
        if let code = http.fault(of: head, at: now) { http.fail(code, at: now) }
        settle()
    }

    // MARK: The broker

    mutating func answer(_ event: ReplyEvent) { answer(0, event) }

    mutating func answer(_ index: Int, _ event: ReplyEvent) {
        http.receive(event, for: submitted[index].id.number, at: now)
        settle()
    }

    mutating func reply(_ index: Int, _ body: Frame) { answer(index, .reply(ReplyHead(status: 200), body: body)) }

    // MARK: Time, and the socket

    mutating func pass(_ time: TimeAmount) {
        now = now + time
        for _ in 0..<100 where http.deadline <= now {
            http.advance(to: now, unacknowledged: unacknowledged)
            settle()
        }
    }

    mutating func take(_ count: Int? = nil) {
        unacknowledged -= min(unacknowledged, count ?? unacknowledged)
        settle()
    }

    mutating func setWritable(_ isWritable: Bool) {
        self.isWritable = isWritable
        http.outputTaken(written: written, isWritable: isWritable)
        settle()
    }

    mutating func settle() {
        repeat {
            http.proceed(at: now)
            perform()
            if http.checksDelivery {
                http.noteDelivery(unacknowledged: unacknowledged, at: now)
                perform()
            }
        } while flush()
    }

    private mutating func flush() -> Bool {
        guard http.hasOutput else { return false }
        var taken: [HTTP2Frame] = []
        http.takeFrames(into: &taken, at: now)
        for frame in taken { written += Self.size(of: frame) }
        unacknowledged += taken.reduce(0) { $0 + Self.size(of: $1) }
        frames += taken
        http.outputTaken(written: written, isWritable: isWritable)
        return !taken.isEmpty
    }

    static func size(of frame: HTTP2Frame) -> Int {
        switch frame.payload {
        case .data(let data): 9 + data.data.readableBytes
        default: 13
        }
    }

    private mutating func perform() {
        var actions: [HTTP2Connection.Action] = []
        http.takeActions(into: &actions)
        for action in actions {
            switch action {
            case .submit(let request): submitted.append(request)
            case .cancel(let id): cancelled.append(id.number)
            case .consumed(let id, let bytes): consumed[id.number, default: 0] += bytes
            case .finished(let request): finished.append(request)
            case .send(_, let kind, let data): messages.append("\(kind) \(data)")
            case .goAway(let last, let code): goAways.append((last, code))
            case .endOutput: endings.append("endOutput")
            case .close: endings.append("close")
            case .reset: endings.append("reset")
            }
        }
    }

    // MARK: What the client sees

    func heads(of id: HTTP2StreamID) -> [HPACKHeaders] {
        frames.compactMap {
            if $0.streamID == id, case .headers(let payload) = $0.payload { payload.headers } else { nil }
        }
    }

    func status(of id: HTTP2StreamID) -> String? { heads(of: id).last?.first(name: ":status") }

    func field(_ name: String, of id: HTTP2StreamID) -> String? { heads(of: id).last?.first(name: name) }

    /// The lengths of the frames of the body.
    func lengths(of id: HTTP2StreamID) -> [Int] {
        frames.compactMap {
            if $0.streamID == id, case .data(let data) = $0.payload { data.data.readableBytes } else { nil }
        }
    }

    /// The length of the body.
    func size(of id: HTTP2StreamID) -> Int { lengths(of: id).reduce(0, +) }

    func body(of id: HTTP2StreamID) -> String {
        var body = ""
        for frame in frames where frame.streamID == id {
            if case .data(let data) = frame.payload, case .byteBuffer(let bytes) = data.data {
                body += String(buffer: bytes)
            }
        }
        return body
    }

    /// What the last frames of a stream are: `end`, or the code of a reset.
    func end(of id: HTTP2StreamID) -> [String] {
        frames.compactMap { frame in
            guard frame.streamID == id else { return nil }
            switch frame.payload {
            case .headers(let payload) where payload.endStream: return "end"
            case .data(let payload) where payload.endStream: return "end"
            case .rstStream(let code): return "\(code.networkCode)"
            default: return nil
            }
        }
    }

    /// How many bytes more the client is allowed to send.
    func allowed(on id: HTTP2StreamID) -> Int {
        frames.reduce(0) {
            if $1.streamID == id, case .windowUpdate(let increment) = $1.payload { $0 + increment } else { $0 }
        }
    }
}
