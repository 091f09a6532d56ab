import GatewayWorker
import ProcessSupport
import SwiftZMQ
import Testing

/// What `Documentation/worker-protocol.md` shows of WebSockets is what a worker reads and writes, byte for byte.
@Suite(.timeLimit(.minutes(5))) struct DocumentedWebSocketTests {
    @Test func `A worker that is told what the page shows answers what the page shows`() async throws {
        let listings = FrameListing.all.filter { $0.label == "MDP/0.2 WebSocket" }
        try #require(listings.count > 10)
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "chat", endpoints: [gateway.endpoint], configuration: .patient(100), handler: { _ in .text("") }
        ).webSocket { request, socket in
            guard request.path != "/chat/lobby" else {
                return try await socket.close(.init(rawValue: 4001), reason: "the lobby is closed")
            }
            #expect(request.webSocketSubprotocols == ["v2", "v1"])
            try await socket.accept(subprotocol: "v1")
            for await message in socket {
                switch message {
                case .text(let text): try await socket.send("you said \(text)")
                case .binary(let bytes): try await socket.send(.binary(Frame(bytes.reversed())))
                }
            }
            #expect(socket.closed == WorkerWebSocket.Close(.goingAway, reason: "bye"))
        }
        try await withWorker(worker) { _ in
            var peer = Frame()
            for listing in listings {
                let frames = Message(listing.frames.map { Frame($0) })
                if listing.isFromWorker {
                    let message = try await gateway.router.receive(timeout: .seconds(60))
                    peer = message[0]
                    #expect(Message(message.dropFirst()) == frames)
                } else {
                    try await gateway.send(frames, to: peer)
                }
            }
        }
    }
}
