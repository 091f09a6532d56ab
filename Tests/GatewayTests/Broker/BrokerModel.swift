import Gateway
import ProcessSupport
import SwiftZMQ
import WorkerProtocol

/// A broker, and beside it what clients, workers and the network know of the truth.
///
/// Honest workers answer a request with its own number, so that a reply that went astray is seen; forged replies say
/// `forged` and must never be seen at all.
struct BrokerModel: RandomModel {
    struct Client {
        let isIdempotent: Bool
        let retries: Int
        var deliveries = 0
        var hasBegun = false
        var isOver = false
        var isCancelled = false
        var asksForWebSocket = false
        var isOpen = false
        /// How many messages it has sent.
        var sent = 0
    }

    struct Worker {
        var dialect = WorkerDialect.majordomo02
        var service = "s0"
        var concurrency = 1
        var mayDrain = false
        var isRegistered = false
        var isDead = false
        var isFull = false
        var servesWebSockets = false
        /// The requests among those that ask it for a WebSocket, and those that it has accepted.
        var webSockets: Set<UInt64> = []
        var open: Set<UInt64> = []
        /// Those of which it has sent something.
        var begun: Set<UInt64> = []
        /// How many messages of each client it has got; nothing more is to come of those that have ended.
        var received: [UInt64: Int] = [:]
        var ended: Set<UInt64> = []
        /// What it was asked and has not ended, in the order of arrival.
        var outstanding: [(number: UInt64, tag: Frame)] = []
    }

    var random: SplitMix
    var broker: Broker
    var now: Broker.Instant
    var clients: [UInt64: Client] = [:]
    var workers: [String: Worker] = [:]
    var lastNumber: UInt64 = 0
    var oldTags: [Frame] = ["0123456789abcdef"]
    /// The rules that were broken.
    var broken: [String] = []
    var coverage: [String: Int] = [:]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        now = ContinuousClock.now
        var configuration = BrokerConfiguration()
        configuration.queueLimit = Int.random(in: 0...6, using: &random)
        configuration.workerLimit = Int.random(in: 3...8, using: &random)
        configuration.serviceLimit = 2
        configuration.services = ["s0"]
        configuration.streamIdleTimeout = .seconds(5)
        configuration.reportsHandling = Bool.random(using: &random)
        broker = Broker(configuration: configuration, now: now)
        for name in ["a", "b", "c", "d", "e"] { workers[name] = Worker() }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps where broken.isEmpty {
            step()
            // Several events may come together before the driver looks at the effects.
            if Int.random(in: 0..<3, using: &random) > 0 { carryOut() }
        }
        settle()
    }

    mutating func check(_ condition: Bool, _ rule: @autoclosure () -> String) {
        if !condition { broken.append(rule()) }
    }

    mutating func count(_ event: String) { coverage[event, default: 0] += 1 }

    // MARK: Events

    private mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: submit()
        case 25..<31: speak()
        case 31..<35: cancel()
        case 35..<45: pass(.milliseconds(Int.random(in: 1...1500, using: &random)))
        case 45..<50: changeNetwork()
        default: act()
        }
    }

    private mutating func submit() {
        lastNumber += 1
        var client = Client(
            isIdempotent: Bool.random(using: &random), retries: Int.random(in: 0...2, using: &random))
        let wish: WebSocketWish = [.none, .wanted, .refused(.badRequest)].randomElement(using: &random) ?? .none
        client.asksForWebSocket = wish == .wanted
        clients[lastNumber] = client
        broker.submit(
            GatewayRequest(
                id: RequestID(loop: 1, number: lastNumber), service: "s\(Int.random(in: 0...1, using: &random))",
                head: "GET / HTTP/1.1\r\n\r\n", body: Frame("\(lastNumber)"), isIdempotent: client.isIdempotent,
                retries: client.retries, timeout: .milliseconds(Int.random(in: 0...6000, using: &random)),
                webSocket: wish),
            now: now)
    }

    /// A client says something on its WebSocket, or ends it.
    private mutating func speak() {
        let open = clients.filter { $0.value.isOpen && !$0.value.isOver && !$0.value.isCancelled }.keys.sorted()
        guard let number = open.randomElement(using: &random), var client = clients[number] else { return }
        let id = RequestID(loop: 1, number: number)
        if Int.random(in: 0..<6, using: &random) == 0 {
            carryOut()
            guard clients[number]?.isOver == false else { return }
            clients[number]?.isCancelled = true
            broker.send(.close, "", for: id, now: now)
            return count("close")
        }
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            client.sent += 1
            broker.send(.binary, "\(number) \(client.sent)", for: id, now: now)
        }
        clients[number]?.sent = client.sent
    }

    private mutating func cancel() {
        guard lastNumber > 0 else { return }
        // What was on its way before counts as arrived.
        carryOut()
        let number = UInt64.random(in: (lastNumber > 5 ? lastNumber - 5 : 1)...lastNumber, using: &random)
        clients[number]?.isCancelled = true
        broker.cancel(RequestID(loop: 1, number: number), now: now)
        count("cancel")
    }

    private mutating func pass(_ duration: Duration) {
        now += duration
        broker.advance(to: now)
        if let next = broker.nextDeadline { check(next > now, "a deadline is left after it has passed") }
    }

    private mutating func changeNetwork() {
        let name = anyWorker()
        if Bool.random(using: &random) {
            workers[name]?.isFull.toggle()
        } else if workers[name]?.isDead == true {
            carryOut()
            workers[name]?.isDead = false
            register(name)
        } else {
            workers[name]?.isDead = true
            forget(name)
        }
    }

    /// A worker is not one any more.
    mutating func forget(_ name: String) {
        workers[name]?.isRegistered = false
        workers[name]?.outstanding = []
        workers[name]?.webSockets = []
        workers[name]?.open = []
        workers[name]?.begun = []
        workers[name]?.received = [:]
        workers[name]?.ended = []
    }

    private mutating func act() {
        let name = anyWorker()
        guard let worker = workers[name], !worker.isDead else { return }
        guard worker.isRegistered else { return register(name) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<35: end(name)
        case 35..<50: accept(name)
        case 50..<65: stream(name)
        case 65..<85 where worker.dialect.hasHeartbeats: say(.heartbeat, name)
        case 85..<88 where worker.dialect.hasHeartbeats:
            say(.disconnect, name)
            forget(name)
        case 88..<90 where worker.mayDrain: say(.drain, name)
        case 90..<92: register(name)
        case 92..<94: forge(name)
        case 94..<97: abort(name)
        case 97..<98:
            // Whatever a REQ worker sends in its envelope is a reply.
            let message = worker.dialect == .request ? ["READY", "MDPW02"] : garbage()
            broker.receive(from: Frame(name), message, now: now)
        default: break
        }
    }

    /// Says READY, at times when a worker must not. What a DISCONNECT that crosses a READY does to the worker is not the
    /// broker's matter, so that what was on its way arrives before and after.
    private mutating func register(_ name: String) {
        carryOut()
        var worker = Worker()
        worker.isFull = workers[name]?.isFull == true
        worker.dialect = WorkerDialect.allCases.randomElement(using: &random) ?? .request
        worker.service = "s\(Int.random(in: 0...2, using: &random) / 2)"
        worker.isRegistered = true
        var properties = WorkerProperties()
        if worker.dialect == .majordomo02 {
            properties.concurrency = Int.random(in: 1...4, using: &random)
            properties.wantsCancel = Bool.random(using: &random)
            properties.mayDrain = Bool.random(using: &random)
            properties.servesWebSockets = Bool.random(using: &random)
        }
        worker.servesWebSockets = properties.servesWebSockets
        worker.concurrency = properties.concurrency
        worker.mayDrain = properties.mayDrain
        oldTags += workers[name]?.outstanding.map(\.tag) ?? []
        workers[name] = worker
        say(.ready(service: worker.service, properties), name)
        carryOut()
    }

    private mutating func end(_ name: String) {
        guard let index = workers[name]?.outstanding.indices.randomElement(using: &random),
            let (number, tag) = workers[name]?.outstanding.remove(at: index)
        else { return }
        oldTags.append(tag)
        let isMalformed = Int.random(in: 0..<10, using: &random) == 0
        if workers[name]?.open.remove(number) != nil, !isMalformed {
            return say(.final(request: tag, ["close", "1000", "\(number)"]), name)
        }
        say(.final(request: tag, isMalformed ? ["bad", "\(number)"] : ["\(number)"]), name)
    }

    private mutating func stream(_ name: String) {
        guard workers[name]?.dialect == .majordomo02,
            let (number, tag) = workers[name]?.outstanding.randomElement(using: &random)
        else { return }
        if workers[name]?.open.contains(number) == true, Int.random(in: 0..<8, using: &random) > 0 {
            return say(.partial(request: tag, ["text", "\(number)"]), name)
        }
        say(.partial(request: tag, ["\(number)"]), name)
        workers[name]?.begun.insert(number)
    }

    /// Accepts a WebSocket that it was asked for, or now and then what was no such request; and takes more of its client.
    private mutating func accept(_ name: String) {
        guard workers[name]?.dialect == .majordomo02,
            let (number, tag) = workers[name]?.outstanding.randomElement(using: &random)
        else { return }
        let isAsked = workers[name]?.webSockets.contains(number) == true
        let isOpen = workers[name]?.open.contains(number) == true
        if isOpen, workers[name]?.servesWebSockets == true, Bool.random(using: &random) {
            return say(.credit(request: tag, bytes: 10), name)
        }
        let hasBegun = workers[name]?.begun.contains(number) == true
        guard !hasBegun, isAsked || Int.random(in: 0..<10, using: &random) == 0 else { return }
        say(.partial(request: tag, ["101\r\n", ""]), name)
        workers[name]?.begun.insert(number)
        if isAsked { workers[name]?.open.insert(number) }
        count(isAsked ? "accepted" : "accepted unasked")
    }

    /// Gives a request up, as a rule one that the worker has.
    private mutating func abort(_ name: String) {
        guard workers[name]?.dialect == .majordomo02 else { return }
        if Int.random(in: 0..<4, using: &random) == 0 {
            guard let tag = oldTags.suffix(20).filter({ !$0.isEmpty }).randomElement(using: &random) else { return }
            return say(.abort(request: tag, reason: "of another"), name)
        }
        guard let index = workers[name]?.outstanding.indices.randomElement(using: &random),
            let (_, tag) = workers[name]?.outstanding.remove(at: index)
        else { return }
        oldTags.append(tag)
        say(.abort(request: tag, reason: "no more"), name)
    }

    /// A reply under an id that the worker does not have: it is dropped, and the worker keeps what it has.
    private mutating func forge(_ name: String) {
        var tags = oldTags.suffix(20)
        for (other, worker) in workers where other != name { tags += worker.outstanding.map(\.tag) }
        guard let tag = tags.filter({ !$0.isEmpty }).randomElement(using: &random),
            workers[name]?.dialect.hasHeartbeats == true
        else { return }
        if workers[name]?.dialect == .majordomo02, Bool.random(using: &random) {
            say(.partial(request: tag, ["forged"]), name)
        } else {
            say(.final(request: tag, ["forged"]), name)
        }
    }

    private mutating func garbage() -> Message {
        let frames: [Frame] = [
            "", "MDPW02", "MDPW01", "READY", "\u{1}", "\u{3}", "\u{4}", "s0", "forged", "concurrency=0",
        ]
        let message = Message(
            (0..<Int.random(in: 1...6, using: &random)).map { _ in frames.randomElement(using: &random) ?? "" })
        // What happens to be a READY is not garbage.
        if let dialect = WorkerDialect(firstMessage: message),
            case .ready? = try? WorkerCommand(reading: message, dialect: dialect)
        {
            return ["x"]
        }
        return message
    }

    private mutating func anyWorker() -> String { workers.keys.sorted().randomElement(using: &random) ?? "a" }

    private mutating func say(_ command: WorkerCommand, _ name: String) {
        guard let dialect = workers[name]?.dialect else { return }
        do {
            broker.receive(from: Frame(name), try command.frames(in: dialect), now: now)
        } catch {
            broken.append("the model cannot say \(command): \(error)")
        }
    }

    /// Lets everybody finish, and looks whether anything is left.
    private mutating func settle() {
        carryOut()
        for name in workers.keys.sorted() {
            workers[name]?.isFull = false
            while workers[name]?.isDead == false, workers[name]?.outstanding.isEmpty == false, broken.isEmpty {
                end(name)
                carryOut()
            }
            workers[name]?.isDead = true
        }
        for _ in 0..<50 where broken.isEmpty { pass(.milliseconds(400)); carryOut() }
        for (number, client) in clients.sorted(by: { $0.key < $1.key }) {
            check(client.isOver || client.isCancelled, "request \(number) never got an outcome")
        }
        check(broker.isIdle, "a request is left")
        broker.stop(now: now)
        carryOut()
        let rest = broker.snapshot()
        check(rest.workers.isEmpty, "a worker is left")
        check(rest.requests == 0, "\(rest.requests) requests are left in the table")
        check(
            rest.services.allSatisfy { $0.queued == 0 && $0.workers == 0 }, "a queue or a worker is left at a service")
        check(broker.nextDeadline == nil, "a deadline is left")
    }
}
