import PublishSubscribe
import SwiftZMQ
import Testing

/// The forwarder that remembers, and subscribers that libzmq encrypts at their end.
@Suite(.timeLimit(.minutes(5))) struct EncryptedForwarderTests {
    private let context: Context
    private let server: CurveKeyPair
    private let guest: CurveKeyPair
    private let upstream: String
    private let downstream: String
    private let forwarder: LastValueForwarder

    init() throws {
        context = try Context()
        server = try .generate()
        guest = try .generate()
        let publishers = try XSubscriber(context) {
            $0.receiveHighWaterMark = nil
            $0.linger = .zero
        }
        upstream = try publishers.bind("tcp://127.0.0.1:*")
        let subscribers = try Stream(context) {
            $0.sendHighWaterMark = nil
            $0.linger = .zero
            $0.keepsMetadata = true
        }
        downstream = try subscribers.bind("tcp://127.0.0.1:*")
        let allowed = guest.publicKey
        let security = CurveServer(keys: server) { key, address in key == allowed && address == "127.0.0.1" }
        forwarder = LastValueForwarder(
            from: publishers, to: subscribers, cache: LastValueCache(capacity: 100), security: security)
    }

    /// Runs a body while the forwarder forwards, with a publisher that the forwarder has subscribed to.
    private func forwarding(_ body: (XPublisher) async throws -> Void) async throws {
        let running = Task { [forwarder] in try await forwarder.run() }
        let publisher = try XPublisher(context) {
            $0.sendHighWaterMark = nil
            $0.linger = .zero
        }
        try publisher.connect(upstream)
        while try await publisher.receive() != [Frame([1])] {}
        try await body(publisher)
        await context.shutdown()
        try await running.value
    }

    private func subscriber(_ keys: CurveKeyPair) throws -> Subscriber {
        try Subscriber(context, topics: [""]) {
            $0.receiveHighWaterMark = nil
            $0.linger = .zero
            $0.security = .curveClient(keys, server: server.publicKey)
        }
    }

    private func hasHeard(_ subscriber: Subscriber) async throws -> Bool {
        do {
            _ = try await subscriber.receive(timeout: .milliseconds(20))
            return true
        } catch let error as ZMQError where error.code == .timedOut {
            return false
        }
    }

    private func messages(upTo last: Message, _ subscriber: Subscriber) async throws -> [Message] {
        var messages: [Message] = []
        repeat { messages.append(try await subscriber.receive()) } while messages.last != last
        return messages
    }

    @Test func `Who is let in and comes late gets the last value of each topic, and nobody else does`() async throws {
        try await forwarding { publisher in
            let early = try subscriber(guest)
            try early.connect(downstream)
            // It has been admitted when it has what was sent after.
            repeat { try await publisher.send("x 0") } while try await !hasHeard(early)
            let long: Message = ["two", Frame([UInt8](repeating: 7, count: 100_000)), ""]
            let sent: [Message] = [["a 1"], ["b 1"], ["a 2"], long]
            for message in sent { try await publisher.send(message) }
            #expect(Array(try await messages(upTo: long, early).suffix(4)) == sent)

            let before = await forwarder.counters.replayed
            let late = try subscriber(guest)
            try late.connect(downstream)
            let remembered: [Message] = [["x 0"], ["b 1"], ["a 2"], long]
            #expect(try await messages(upTo: long, late) == remembered)
            #expect(await forwarder.counters.replayed == before + 4)
            // More than a byte can count, so that the numbers of frames carry over.
            let more = (0..<300).map { Message(Frame("a \($0)")) }
            for message in more { try await publisher.send(message) }
            for subscriber in [early, late] {
                #expect(try await messages(upTo: Message("a 299"), subscriber) == more)
            }
        }
    }

    @Test func `A stranger is turned away and told so`() async throws {
        try await forwarding { _ in
            let stranger = try subscriber(.generate())
            let events = stranger.events
            try stranger.connect(downstream)
            #expect(
                await events.contains { event in
                    guard case .handshakeFailed(.authentication(let status)) = event.kind else { return false }
                    return status == 400
                })
            #expect(await forwarder.counters.subscriptions == 0)
        }
    }

    @Test func `Who does not encrypt does not come in`() async throws {
        try await forwarding { _ in
            let plain = try Subscriber(context, topics: [""]) { $0.linger = .zero }
            let events = plain.events
            try plain.connect(downstream)
            let isOver = await events.contains { event in
                switch event.kind {
                case .handshakeSucceeded, .handshakeFailed, .disconnected: true
                default: false
                }
            }
            #expect(isOver)
            #expect(try await !hasHeard(plain))
            #expect(await forwarder.counters.subscriptions == 0)
        }
    }
}
