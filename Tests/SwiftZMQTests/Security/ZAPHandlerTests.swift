import SwiftZMQ
import Testing

/// Answers to ZAP that an ``Authenticator`` would never give (RFC 27).
@Suite(.timeLimit(.minutes(5))) struct ZAPHandlerTests {
    enum Fault: CaseIterable {
        case wrongVersion, wrongRequest, wrongStatus, tooManyFrames, tooFewFrames, wrongMetadata
        case refusedForNow, refusedByFailure
        case silence, deafness, disappearance

        /// What a handler answers to a request with the given number; nil for nothing.
        func answer(to request: Frame) -> Message? {
            switch self {
            case .wrongVersion: ["2.0", request, "200", "OK", "", ""]
            case .wrongRequest: ["1.0", "another", "200", "OK", "", ""]
            case .wrongStatus: ["1.0", request, "999", "OK", "", ""]
            case .tooManyFrames: ["1.0", request, "200", "OK", "", "", "more"]
            case .tooFewFrames: ["1.0", request, "200", "OK"]
            case .wrongMetadata: ["1.0", request, "200", "OK", "ada", "no metadata"]
            case .refusedForNow: ["1.0", request, "300", "later", "", ""]
            case .refusedByFailure: ["1.0", request, "500", "broken", "", ""]
            case .silence, .deafness, .disappearance: nil
            }
        }

        /// What the server's events tell; nil where they need tell nothing.
        var failure: SocketEvent.HandshakeFailure? {
            switch self {
            case .wrongVersion: .protocolError(.authenticatorBadVersion)
            case .wrongRequest: .protocolError(.authenticatorBadRequestID)
            case .wrongStatus: .protocolError(.authenticatorInvalidStatusCode)
            case .tooManyFrames, .tooFewFrames: .protocolError(.authenticatorMalformedReply)
            case .wrongMetadata: .protocolError(.authenticatorInvalidMetadata)
            case .refusedForNow: .authentication(status: 300)
            case .refusedByFailure: .authentication(status: 500)
            case .silence, .deafness, .disappearance: nil
            }
        }
    }

    /// A handler that makes one kind of mistake.
    private func handle(in context: Context, _ fault: Fault) throws {
        let router = try Router(context) { $0.linger = .zero }
        try router.bind("inproc://zeromq.zap.01")
        guard fault != .deafness else {
            // Kept by its task, which does nothing with it.
            Task { try await withoutEnd(router) }
            return
        }
        Task(executorPreference: .sockets) {
            for try await message in router.messages {
                if fault == .disappearance {
                    router.close()
                    return
                }
                // The name of the server, a delimiter, the version, the number of the request.
                guard let answer = fault.answer(to: message[3]) else { continue }
                try await router.send(Message(message[0], message[1], followedBy: answer))
            }
        }
    }

    private func withoutEnd(_ router: Router) async throws {
        while !router.isClosed { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test(arguments: Fault.allCases, ["NULL", "PLAIN", "CURVE"])
    func `An answer that is no answer lets nobody in`(fault: Fault, mechanism: String) async throws {
        let context = try Context()
        try handle(in: context, fault)
        let keys = try CurveKeyPair.generate()
        let reply = try Reply(context) {
            $0.linger = .zero
            switch mechanism {
            case "PLAIN": $0.security = .plainServer(domain: "test")
            case "CURVE": $0.security = .curveServer(keys, domain: "test")
            default:
                $0.zapDomain = "test"
                $0.enforcesZAPDomain = true
            }
        }
        let events = reply.events
        let request = try Request(Context()) {
            $0.linger = .zero
            switch mechanism {
            case "PLAIN": $0.security = .plainClient(username: "ada", password: "secret")
            case "CURVE": $0.security = .curveClient(try .generate(), server: keys.publicKey)
            default: break
            }
        }
        try request.connect(reply.bind("tcp://127.0.0.1:*"))
        try await request.send("let me in")
        if let expected = fault.failure {
            var found: SocketEvent.HandshakeFailure?
            for await event in events {
                guard case .handshakeFailed(let failure) = event.kind else { continue }
                // On a machine that is so busy that the handshake takes too long, the client tries again.
                if case .noDetail = failure { continue }
                found = failure
                break
            }
            #expect(found == expected)
            #expect(try reply.tryReceive() == nil)
        } else {
            #expect(await code { try await reply.receive(timeout: SecureConnectionTests.silence) } == .timedOut)
        }
        await context.shutdown()
    }

    @Test func `A domain that is enforced lets nobody in while nobody answers`() async throws {
        let context = try Context()
        let reply = try Reply(context) {
            $0.zapDomain = "test"
            $0.enforcesZAPDomain = true
            $0.linger = .zero
        }
        let endpoint = try reply.bind("tcp://127.0.0.1:*")
        let request = try Request(Context()) { $0.linger = .zero }
        try request.connect(endpoint)
        try await request.send("let me in")
        #expect(await code { try await reply.receive(timeout: SecureConnectionTests.silence) } == .timedOut)
        await context.shutdown()
    }
}
