import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

/// Plays events to a broker and writes down what it wants done, one line each:
/// `→ a REQUEST 1` for a message to worker `a`, `1 reply 200 hello` for an event of request 1.
struct BrokerScript {
    var broker: Broker
    var now: Broker.Instant
    /// What happened beside, one line each: `a lost: silent`.
    private(set) var reports: [String] = []
    private var dialects: [String: WorkerDialect] = [:]
    private var tags: [String: Frame] = [:]
    /// The last message sent to each worker.
    private(set) var deliveries: [String: Delivery] = [:]

    init(_ configure: (inout BrokerConfiguration) -> Void = { _ in }) {
        var configuration = BrokerConfiguration()
        configure(&configuration)
        now = ContinuousClock.now
        broker = Broker(configuration: configuration, now: now)
    }

    // MARK: What happens

    /// A worker registers.
    mutating func ready(
        _ worker: String, _ service: String = "s", _ properties: String = "", dialect: WorkerDialect = .majordomo02,
        of process: ProgramProcess? = nil
    ) {
        dialects[worker] = dialect
        var frames: Message =
            switch dialect {
            case .request: ["", "READY", Frame(service)]
            case .majordomo01: ["", "MDPW01", "\u{1}", Frame(service)]
            case .majordomo02: ["MDPW02", "\u{1}", Frame(service)]
            }
        if !properties.isEmpty { frames.append(Frame(properties)) }
        broker.receive(from: Frame(worker), frames, of: process, now: now)
    }

    /// A request arrives.
    mutating func submit(
        _ number: UInt64, _ service: String = "s", idempotent: Bool = true, retries: Int = 2,
        timeout: Duration = .seconds(30), streamCredit: Int? = nil, webSocket: WebSocketWish = .none
    ) {
        broker.submit(
            GatewayRequest(
                id: RequestID(loop: 7, number: number), service: service, head: "head \(number)\r\n\r\n", body: "",
                isIdempotent: idempotent, retries: retries, timeout: timeout, streamCredit: streamCredit,
                webSocket: webSocket), now: now)
    }

    /// A request arrives whose frames are passed on.
    mutating func submit(_ number: UInt64, _ service: String = "s", frames: BodyFrames) {
        broker.submit(
            GatewayRequest(
                id: RequestID(loop: 7, number: number), service: service, frames: frames, timeout: .seconds(30)),
            now: now)
    }

    /// A client goes away.
    mutating func cancel(_ number: UInt64) { broker.cancel(RequestID(loop: 7, number: number), now: now) }

    /// A worker says something about a request that it got.
    mutating func final(_ worker: String, _ number: UInt64, _ body: BodyFrames = ["done"]) throws {
        let tag = try #require(tags["\(worker) \(number)"], "\(worker) never got \(number)")
        message(worker, try WorkerCommand.final(request: tag, body).frames(in: dialects[worker] ?? .majordomo02))
    }

    /// A worker sends a piece of a streamed reply.
    mutating func partial(_ worker: String, _ number: UInt64, _ body: BodyFrames = ["piece"]) throws {
        let tag = try #require(tags["\(worker) \(number)"], "\(worker) never got \(number)")
        message(worker, try WorkerCommand.partial(request: tag, body).frames(in: dialects[worker] ?? .majordomo02))
    }

    /// A worker gives a request up.
    mutating func abort(_ worker: String, _ number: UInt64, _ reason: Frame = "because") throws {
        let tag = try #require(tags["\(worker) \(number)"], "\(worker) never got \(number)")
        try say(worker, .abort(request: tag, reason: reason))
    }

    /// A worker says something else.
    mutating func say(_ worker: String, _ command: WorkerCommand) throws {
        message(worker, try command.frames(in: dialects[worker] ?? .majordomo02))
    }

    /// Any message arrives.
    mutating func message(_ worker: String, _ frames: Message) {
        broker.receive(from: Frame(worker), frames, now: now)
    }

    /// Time passes in small steps, without a sign of life from anybody but the named workers.
    mutating func pass(_ duration: Duration, heartbeats: [String] = []) throws {
        let end = now + duration
        while now < end {
            now = min(end, now + .milliseconds(100))
            for worker in heartbeats { try say(worker, .heartbeat) }
            broker.advance(to: now)
        }
    }

    /// The frame that names a request to a worker.
    func tag(_ worker: String, _ number: UInt64) -> Frame? { tags["\(worker) \(number)"] }

    // MARK: What follows

    /// What the broker wants done since the last call. Sends to the named workers fail, and what follows is included.
    mutating func log(failing: [String: DeliveryFailure] = [:]) -> [String] {
        var lines: [String] = []
        var effects: [BrokerEffect] = []
        broker.takeEffects(into: &effects)
        while !effects.isEmpty {
            for effect in effects {
                switch effect {
                case .send(let delivery):
                    let worker = String(delivery.routingID)
                    deliveries[worker] = delivery
                    guard broker.isCurrent(delivery), !broker.keepsBack(delivery) else { continue }
                    if let failure = failing[worker] {
                        broker.sendFailed(delivery, reason: failure, now: now)
                    } else {
                        lines.append("→ \(worker) \(describe(delivery, to: worker))")
                        broker.sent(delivery)
                    }
                case .emit(let id, let event): lines.append("\(id.number) \(Self.describe(event))")
                case .report(let report): reports.append(Self.describe(report))
                }
            }
            broker.takeEffects(into: &effects)
        }
        return lines
    }

    /// The log without its heartbeats.
    mutating func quietLog() -> [String] { log().filter { !$0.hasSuffix("HEARTBEAT") } }

    private mutating func describe(_ delivery: Delivery, to worker: String) -> String {
        do throws(WorkerProtocolError) {
            switch try GatewayCommand(reading: delivery.frames, dialect: dialects[worker] ?? .majordomo02) {
            case .request(let id, let body):
                let number = delivery.request?.number ?? 0
                if !String(body[0]).hasPrefix("head \(number)\r\n") { return "REQUEST with a wrong head" }
                tags["\(worker) \(number)"] = id
                return String(body[0]).contains("x-websocket: 13\r\n") ? "WEBSOCKET \(number)" : "REQUEST \(number)"
            case .heartbeat: return "HEARTBEAT"
            case .disconnect: return "DISCONNECT"
            case .cancel(let id): return "CANCEL \(number(of: id, at: worker))"
            case .credit(let id, let bytes): return "CREDIT \(number(of: id, at: worker)) \(bytes)"
            case .message(let id, let kind, let data):
                return "MESSAGE \(number(of: id, at: worker)) \(kind.rawValue) \(data)"
            }
        } catch {
            return error.description
        }
    }

    private func number(of tag: Frame, at worker: String) -> String {
        let key = tags.first { $0.value == tag && $0.key.hasPrefix("\(worker) ") }?.key
        return key.map { String($0.dropFirst(worker.count + 1)) } ?? "?"
    }

    private static func describe(_ event: ReplyEvent) -> String {
        switch event {
        case .handled(let handling): "handled by \(handling.worker) \(handling.waiting) \(handling.working)"
        case .reply(let head, let body): "reply \(head.status) \(body)"
        case .begin(let head, let piece): "begin \(head.status) \(piece)"
        case .piece(let piece): "piece \(piece)"
        case .end(let piece): "end \(piece)"
        case .frames(let body, let isLast): "\(isLast ? "last" : "more") \(body.map { "\($0)" }.joined(separator: "|"))"
        case .open(let head, let credit): "open \(head.status) \(credit.map(String.init) ?? "-")"
        case .message(let kind, let data): "message \(kind.rawValue) \(data)"
        case .granted(let bytes): "granted \(bytes)"
        case .paused(let isPaused): isPaused ? "paused" : "resumed"
        case .closed(let end): "closed \(end.code) \(end.reason)"
        case .cut: "cut"
        case .failure(let failure): failure.rawValue
        }
    }

    private static func describe(_ report: BrokerReport) -> String {
        switch report {
        case .workerRegistered(let worker, let service, let dialect, _):
            "\(worker) registered: \(service) \(dialect.rawValue)"
        case .workerLost(let worker, _, .violation(let error)): "\(worker) lost: \(error.code.rawValue)"
        case .workerLost(let worker, _, let reason): "\(worker) lost: \(reason)"
        case .workerDraining(let worker, _): "\(worker) draining"
        case .peerRefused(let peer, let error): "\(peer) refused: \(error.code.rawValue)"
        case .replyInvalid(let id, _, let error): "\(id.number) invalid: \(error.code.rawValue)"
        case .creditExceeded(let id, _): "\(id.number) exceeded its credit"
        case .serviceForgotten(let service): "\(service) forgotten"
        case .replyLate(let worker, _): "\(worker) late"
        case .requestRetried(let id, _): "\(id.number) retried"
        case .processConnected(let process): "process \(process.number) connected"
        case .processIdle(let process): "process \(process.number) idle"
        case .processSpent(let process): "process \(process.number) spent"
        case .requestAborted(let id, _, let worker, let reason): "\(id.number) aborted by \(worker): \(reason)"
        }
    }
}
