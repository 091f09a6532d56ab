import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Mutations of the corpus against everything that reads what others send.
///
/// `FUZZ_INPUTS` sets how many inputs each reader gets (20,000; `make fuzz` takes a million), `FUZZ_SEED` where they begin
/// (a random place, printed).
@Suite(.timeLimit(.minutes(60))) struct FuzzTests {
    private let settings = FuzzSettings()
    private var inputs: Int { settings.inputs }
    private var seed: UInt64 { settings.seed }

    private func report(_ target: String, _ outcomes: [String: Int]) {
        let count = outcomes.values.reduce(0, +)
        print("fuzz: \(target): \(count) readings from FUZZ_SEED=\(seed): \(outcomes.sorted { $0.key < $1.key })")
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `requests are read the same however they are split, and only good ones pass`() throws {
        var mutator = Mutator(
            seed: seed, corpus: try Corpus.files("requests"),
            pieces: [
                "\r\n", "\r", "\n", " ", "\t", ":", "\u{0}", "0\r\n\r\n", "Host: h\r\n", "Content-Length: 3\r\n",
                "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "GET ",
                " HTTP/1.1\r\n",
                "X-Forwarded-For: 10.0.0.1, [::1]:2\r\n", "X-Forwarded-Proto: https\r\n", ", ",
                "HTTP/1.0", "%", "%41", "#", "http://h", "@", ";", "x: y\r\n", "ffffffffffffffff", "\u{E9}", "*",
                String(repeating: "a", count: 90), String(repeating: "x: y\r\n", count: 11),
            ])
        var outcomes: [String: Int] = [:]
        for number in 0..<inputs {
            let bytes = mutator.next()
            let whole = RequestReading([bytes[...]])
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...max(1, number % 40), using: &mutator.random)
                pieces.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            let split = RequestReading(pieces)
            // Which of several mistakes is named may depend on what has come when the first is seen.
            guard whole.requests == split.requests, (whole.refusal == nil) == (split.refusal == nil),
                whole.contradictions.isEmpty
            else {
                Issue.record(
                    "FUZZ_SEED=\(seed), input \(number): \(whole.contradictions) \(whole) \(split): \(hexadecimal(bytes))"
                )
                return
            }
            outcomes["\(whole.refusal.map(String.init) ?? "open") after \(min(whole.requests.count, 2))", default: 0] +=
                1
        }
        report("requests", outcomes)
        #expect(outcomes["open after 1", default: 0] > 0 && outcomes["400 after 0", default: 0] > 0)
    }

    @Test func `a connection takes any bytes, and does the same however they are split`() throws {
        var mutator = Mutator(
            seed: seed &+ 1, corpus: try Corpus.files("requests"),
            pieces: ["\r\n", "\r", "\n", "Expect: 100-continue\r\n", "Connection: close\r\n", "0\r\n\r\n", "HEAD /a"])
        var outcomes: [String: Int] = [:]
        // A connection with all that belongs to it takes longer than the readers alone.
        for number in 0..<(inputs / 20) {
            let bytes = mutator.next()
            func run(_ pieces: [[UInt8]]) throws -> (statuses: [Int], requests: [String], isOpen: Bool) {
                let connection = try EmbeddedConnection()
                for piece in pieces { try connection.send(piece) }
                let statuses = try connection.responses().responses.map(\.status).filter { $0 != 100 }
                let requests = connection.dispatcher.submitted.map { "\($0.service) \(String($0.body))" }
                return (statuses, requests, connection.isOpen)
            }
            let whole = try run([bytes])
            let place = Int.random(in: 0...bytes.count, using: &mutator.random)
            let split = try run([Array(bytes[..<place]), Array(bytes[place...])])
            // As above, of several mistakes another may be named.
            guard whole.requests == split.requests, whole.statuses.count == split.statuses.count,
                zip(whole.statuses, split.statuses).allSatisfy({ $0 == $1 || $0 >= 400 && $1 >= 400 }),
                whole.isOpen == split.isOpen
            else {
                Issue.record("FUZZ_SEED=\(seed), input \(number): \(whole) \(split) at \(place): \(hexadecimal(bytes))")
                return
            }
            outcomes["\(whole.statuses.first ?? 0)", default: 0] += 1
        }
        report("connection", outcomes)
    }

    @Test func `replies that are read are read the same once more`() throws {
        var mutator = Mutator(
            seed: seed &+ 2, corpus: try Corpus.files("replies"),
            pieces: [
                "\r\n", "\r", "\n", ":", " ", "connection: x", "content-length: 1\r\n", "HTTP/1.1 ", "999", "\u{0}",
                "é",
            ])
        var outcomes: [String: Int] = [:]
        for number in 0..<inputs {
            let bytes = mutator.next()
            let frames = (0..<Int.random(in: 0...2, using: &mutator.random)).map { Frame("body \($0)") }
            guard let reply = try? WorkerReply(reading: BodyFrames(Message([Frame(bytes)] + frames))) else {
                outcomes["refused", default: 0] += 1
                continue
            }
            outcomes["read", default: 0] += 1
            guard !frames.isEmpty else { continue }
            let again = try? WorkerReply(reading: BodyFrames(reply.frames()))
            func lines(_ reply: WorkerReply) -> [String] {
                reply.head.fields.map { "\($0.name.lowercased()): \($0.value)" }
            }
            guard again.map(lines) == lines(reply), again?.head.status == reply.head.status,
                again?.head.reason == reply.head.reason, again?.body == reply.body,
                (200...599).contains(reply.head.status)
            else {
                Issue.record("FUZZ_SEED=\(seed), input \(number): \(reply) became \(String(describing: again))")
                return
            }
        }
        report("replies", outcomes)
    }

    @Test func `commands that are read are read the same once more`() throws {
        var outcomes: [String: Int] = [:]
        for (index, name) in ["worker-commands", "gateway-commands"].enumerated() {
            let corpus = try Corpus.files(name)
            var mutator = Mutator(
                seed: seed &+ 3 &+ UInt64(index), corpus: corpus,
                pieces: [
                    "\n", "\n\n", "\n4d4450573031\n", "\n4d4450573032\n", "\n01\n", "\n02\n", "\n03\n", "\n04\n",
                    "\n05\n", "\n3939393939\n",
                ])
            for number in 0..<inputs {
                let text = mutator.next()
                let frames = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                    .map { Frame(Corpus.bytes(hexadecimal: $0)) }
                let message = Message(frames.count > 1 ? Array(frames.dropLast()) : frames)
                _ = WorkerDialect(firstMessage: message)
                for dialect in WorkerDialect.allCases {
                    if index == 0, let command = try? WorkerCommand(reading: message, dialect: dialect) {
                        outcomes["\(name) read", default: 0] += 1
                        let again = try? WorkerCommand(reading: command.frames(in: dialect), dialect: dialect)
                        guard again == command else {
                            Issue.record("FUZZ_SEED=\(seed), input \(number): \(command) \(String(describing: again))")
                            return
                        }
                    } else if index == 1, let command = try? GatewayCommand(reading: message, dialect: dialect) {
                        outcomes["\(name) read", default: 0] += 1
                        let again = command.frames(in: dialect)
                            .flatMap { try? GatewayCommand(reading: $0, dialect: dialect) }
                        guard again == command else {
                            Issue.record("FUZZ_SEED=\(seed), input \(number): \(command) \(String(describing: again))")
                            return
                        }
                    } else {
                        outcomes["\(name) refused", default: 0] += 1
                    }
                }
            }
        }
        report("commands", outcomes)
    }

    @Test func `frames of a WebSocket are read the same however they are split, and no text is anything but UTF-8`()
        throws
    {
        var mutator = Mutator(
            seed: seed &+ 7, corpus: try Corpus.files("websocket-frames"),
            pieces: ["\u{1}", "\u{2}", "\u{8}", "\u{9}", "\u{A}", "\u{0}", "~", "\u{7F}", "\u{E9}", "abcd"])
        var outcomes: [String: Int] = [:]
        for number in 0..<inputs {
            let bytes = mutator.next()
            let whole = WebSocketReading([bytes[...]])
            let place = Int.random(in: 0...bytes.count, using: &mutator.random)
            let split = WebSocketReading([bytes[..<place], bytes[place...]])
            let single = WebSocketReading(bytes.indices.map { bytes[$0...$0] })
            guard whole == split, whole == single, whole.contradictions.isEmpty else {
                Issue.record(
                    "FUZZ_SEED=\(seed), input \(number): \(whole) \(split) \(single): \(hexadecimal(bytes))")
                return
            }
            let end = whole.failure.map { "\($0.rawValue)" } ?? "open"
            outcomes["\(end) after \(min(whole.events.count, 2))", default: 0] += 1
        }
        report("WebSocket frames", outcomes)
        #expect(outcomes["open after 1", default: 0] > 0 && outcomes["1002 after 0", default: 0] > 0)
    }

    @Test func `a broker takes any message, and lets nobody answer what is not theirs`() throws {
        let corpus = try Corpus.files("worker-commands")
        var mutator = Mutator(
            seed: seed &+ 5, corpus: corpus,
            pieces: ["\n", "\n01\n", "\n03\n", "\n04\n", "\n05\n", "\n06\n", "\n09\n", "\n4d4450573032\n"])
        var now = ContinuousClock.now
        var broker = Broker(configuration: BrokerConfiguration(), now: now)
        var effects: [BrokerEffect] = []
        var number: UInt64 = 0
        for input in 0..<inputs {
            if input % 1000 == 0 { broker = Broker(configuration: BrokerConfiguration(), now: now) }
            if input % 10 == 0 {
                number += 1
                // For a worker that is honest and never heard: whoever answers has made an id up.
                let command: Message =
                    input % 1000 == 0
                    ? ["MDPW02", "\u{1}", "honest", "concurrency=1000"] : ["MDPW02", "\u{5}"]
                broker.receive(from: "honest", command, now: now)
                broker.submit(
                    GatewayRequest(
                        id: RequestID(loop: 0, number: number), service: "honest", head: "h", body: "b",
                        isIdempotent: false, retries: 0, timeout: .seconds(60)), now: now)
            }
            let frames = mutator.next().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .map { Frame(Corpus.bytes(hexadecimal: $0)) }
            broker.receive(
                from: Frame("stranger \(Int.random(in: 0..<5, using: &mutator.random))"), Message(frames), now: now)
            now += .milliseconds(1)
            broker.advance(to: now)
            broker.takeEffects(into: &effects)
            for effect in effects {
                if case .emit(_, let event) = effect {
                    switch event {
                    case .failure, .handled: break
                    default:
                        Issue.record("FUZZ_SEED=\(seed), input \(input): a stranger's \(event) reached a client")
                        return
                    }
                }
            }
        }
        broker.stop(now: now)
        broker.takeEffects(into: &effects)
        #expect(broker.snapshot().workers.isEmpty)
    }
}
