import SwiftZMQ
import Synchronization
import Testing

/// What becomes of a client that is refused, as the documentation says it.
@Suite(.timeLimit(.minutes(5))) struct RefusalTests {
    @Test(arguments: [AuthenticationDecision.denied("no"), .failed("broken")])
    func `A client that is refused for good gives up, and is let in when it connects again`(
        decision: AuthenticationDecision
    ) async throws {
        let site = try Site(decision)
        let events = site.client.events
        try site.client.connect(site.endpoint)
        // If the connection breaks off before the client has read the answer, it tries once more.
        #expect(
            await events.contains { event in
                guard case .handshakeFailed(.authentication(let status)) = event.kind else { return false }
                return status == (decision == .failed("broken") ? 500 : 400)
            })
        // There is nobody to send to any more.
        #expect(try await eventually { try !site.client.trySend("lost") })
        site.decision.withLock { $0 = .admitted(userID: "ada") }
        #expect(try site.pull.tryReceive() == nil)
        try site.client.disconnect(site.endpoint)
        try site.client.connect(site.endpoint)
        try await site.client.send("hello")
        #expect(try await site.pull.receive(timeout: .seconds(20)) == ["hello"])
        await site.end()
    }

    @Test func `A client that may try again is let go after the handshake interval, and tries again`() async throws {
        let site = try Site(.retryLater("later")) { $0.handshakeInterval = .milliseconds(100) }
        let events = site.client.events
        try site.client.connect(site.endpoint)
        try await site.client.send("hello")
        #expect(await events.contains { if case .connectRetried = $0.kind { true } else { false } })
        site.decision.withLock { $0 = .admitted(userID: "ada") }
        #expect(try await site.pull.receive(timeout: .seconds(20)) == ["hello"])
        await site.end()
    }

    @Test func `A client that expects another server goes on trying`() async throws {
        let keys = try CurveKeyPair.generate()
        let context = try Context()
        let pull = try Pull(context) { $0.security = .curveServer(keys) }
        let push = try Push(context) {
            $0.security = try .curveClient(.generate(), server: CurveKeyPair.generate().publicKey)
            $0.linger = .zero
        }
        let events = push.events
        try push.connect(pull.bind("tcp://127.0.0.1:*"))
        var retries = 0
        for await event in events where retries < 3 {
            if case .connectRetried = event.kind { retries += 1 }
            if retries == 3 { break }
        }
        #expect(retries == 3)
        await context.shutdown()
    }

    @Test func `A shutdown waits for what a refused client sent as long as it lingers, and no longer`() async throws {
        let site = try Site(.denied("no"), linger: .milliseconds(300))
        let events = site.client.events
        try site.client.connect(site.endpoint)
        _ = try site.client.trySend("lost")
        #expect(await events.contains { if case .handshakeFailed(.authentication) = $0.kind { true } else { false } })
        let begin = ContinuousClock.now
        await site.clients.shutdown()
        #expect(ContinuousClock.now - begin < .seconds(20))
        await site.end()
    }

    @Test func `A server that connects refuses as one that binds`() async throws {
        let site = try Site(.denied("no"), serverConnects: true)
        let events = site.client.events
        let endpoint = try site.client.bind("tcp://127.0.0.1:*")
        try site.pull.connect(endpoint)
        #expect(await events.contains { if case .handshakeFailed = $0.kind { true } else { false } })
        site.decision.withLock { $0 = .admitted(userID: "ada") }
        try site.pull.disconnect(endpoint)
        try site.pull.connect(endpoint)
        try await site.client.send("hello")
        #expect(try await site.pull.receive(timeout: .seconds(20)) == ["hello"])
        await site.end()
    }

    /// A CURVE server with one answer to everybody, and a client.
    struct Site: Sendable {
        let server: Context
        let clients: Context
        let pull: Pull
        let client: Push
        let endpoint: String
        let decision: Answer
        let authenticator: Authenticator

        final class Answer: Sendable {
            private let state: Mutex<AuthenticationDecision>
            init(_ decision: AuthenticationDecision) { state = Mutex(decision) }
            var value: AuthenticationDecision { state.withLock { $0 } }
            func withLock(_ body: (inout AuthenticationDecision) -> Void) { state.withLock { body(&$0) } }
        }

        init(
            _ decision: AuthenticationDecision, linger: Duration? = .zero, serverConnects: Bool = false,
            configure: (inout SocketOptions<Pull>) -> Void = { _ in }
        ) throws {
            server = try Context()
            clients = try Context()
            let answer = Answer(decision)
            self.decision = answer
            var policy = AuthenticationPolicy()
            policy.curve = .decided { _, _ in answer.value }
            authenticator = Authenticator(server, policy: policy)
            try authenticator.start()
            let keys = try CurveKeyPair.generate()
            pull = try Pull(server) {
                $0.security = .curveServer(keys, domain: "site")
                $0.linger = .zero
                configure(&$0)
            }
            endpoint = serverConnects ? "" : try pull.bind("tcp://127.0.0.1:*")
            client = try Push(clients) {
                $0.security = try .curveClient(.generate(), server: keys.publicKey)
                $0.linger = linger
            }
        }

        func end() async {
            await clients.shutdown()
            await server.shutdown()
            await authenticator.stop()
        }
    }
}
