import SwiftZMQ
import Testing

/// Routers among themselves.
@Suite(.timeLimit(.minutes(5))) struct RouterTests {
    private func router(_ context: Context, _ name: Frame) throws -> Router {
        try Router(context) {
            $0.routingID = name
            $0.isMandatory = true
            $0.linger = .zero
        }
    }

    @Test(arguments: [nil, "ours", "unsre Größe \u{1F41D}"] as [String?], Transport.allCases)
    func `Two routers know each other by name`(name: String?, transport: Transport) async throws {
        let context = try Context()
        let bound = try router(context, "bound")
        let endpoint = try bound.bind(transport.freshEndpoint())
        let connecting = try Router(context) {
            if let name { $0.routingID = Frame(name) }
            $0.linger = .zero
        }
        // By the name that the other gave itself, or by one given here.
        try connecting.connect(endpoint, as: "bound")
        try await connecting.send(["bound", "hello"])
        let message = try await bound.receive(timeout: .seconds(20))
        #expect(message[1] == "hello")
        if let name { #expect(message[0] == Frame(name)) } else { #expect(!message[0].isEmpty) }
        try await bound.send([message[0], "hello back"])
        #expect(try await connecting.receive(timeout: .seconds(20)) == ["bound", "hello back"])
    }

    @Test func `A router that names a peer while a message waits keeps the two apart`() async throws {
        let context = try Context()
        let (one, middle, other) = (
            try router(context, "one"), try router(context, "middle"), try router(context, "other")
        )
        let (ofMiddle, ofOther) = (try middle.bind("tcp://127.0.0.1:*"), try other.bind("tcp://127.0.0.1:*"))
        let events = middle.events
        try one.connect(ofMiddle, as: "middle")
        try await one.send(["middle", "waits to be received"])
        _ = await events.contains { $0.kind == .handshakeSucceeded }
        try middle.connect(ofOther, as: "other")
        try await middle.send(["other", "to the other"])
        #expect(try await other.receive(timeout: .seconds(20)) == ["middle", "to the other"])
        #expect(try one.tryReceive() == nil)
        #expect(try await middle.receive(timeout: .seconds(20)) == ["one", "waits to be received"])
    }

    @Test(arguments: [false, true])
    func `A message without the name of a peer is refused`(mandatory: Bool) async throws {
        let router = try Router(Context()) { $0.isMandatory = mandatory }
        #expect(await code { try await router.send("nobody") } == .invalidArgument)
        #expect(await code { try await router.send(Message("nobody")) } == .invalidArgument)
        #expect(code { try router.trySend("nobody") } == .invalidArgument)
        let error = #expect(throws: ZMQError.self) { try router.trySend(Message("nobody")) }
        #expect(error?.explanation?.contains("routing id") == true)
    }

    @Test func `A message to nobody is dropped unless the router minds`() async throws {
        let router = try Router(Context())
        try await router.send(["nobody", "hello"])
        #expect(try router.trySend(["nobody", "hello"]))
        try router.setOption(\.isMandatory, to: true)
        #expect(await code { try await router.send(["nobody", "hello"]) } == .hostUnreachable)
    }

    @Test(arguments: Transport.allCases)
    func `A router is probed by another router`(transport: Transport) async throws {
        let context = try Context()
        let bound = try router(context, "bound")
        let endpoint = try bound.bind(transport.freshEndpoint())
        let connecting = try Router(context) {
            $0.routingID = "connecting"
            $0.probesRouter = true
            $0.linger = .zero
        }
        try connecting.connect(endpoint)
        #expect(try await bound.receive(timeout: .seconds(20)) == ["connecting", ""])
        try await bound.send(["connecting", "hello"])
        #expect(try await connecting.receive(timeout: .seconds(20)) == ["bound", "hello"])
    }
}
