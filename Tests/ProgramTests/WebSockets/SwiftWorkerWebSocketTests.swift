import GatewayWorker
import ProcessSupport
import Testing

/// A worker in Swift and the program, with a WebSocket between them.
@Suite(.timeLimit(.minutes(5))) struct SwiftWorkerWebSocketTests {
    let programs = Programs()

    @Test func `A worker in Swift echoes far more than is granted at a time, and closes with 1012`() async throws {
        let gateway = try await programs.gateway(
            "--demo-workers", "0", "--response-buffer", "64KiB", "--max-message", "64KiB")
        let worker = GatewayWorker(service: "echo", endpoints: [gateway.workerEndpoint]) { _ in .text("plain\n") }
            .webSocket { request, socket in
                try await socket.accept(subprotocol: request.webSocketSubprotocols.last)
                for await message in socket { try await socket.send(message) }
            }
        let serving = Task { try await worker.run() }
        defer { serving.cancel() }
        try await gateway.program.errors.wait(for: "worker registered", "service=echo ")
        #expect(try await gateway.ask("GET", "/echo").text == "plain\n")
        let port = gateway.port
        try await HTTP2Gateway.onThread {
            let client = try WebSocketClient(port: port)
            try client.shakeHands("/echo/room", ["sec-websocket-protocol: a, b"])
            #expect(client.head.contains("\r\nsec-websocket-protocol: b\r\n"))
            try client.send(text: "grüße")
            #expect(try client.next().text == "grüße")
            let messages = (0..<500).map { [UInt8](repeating: UInt8($0 & 0xFF), count: 10_000) }
            for message in messages { try client.send(WebSocketClient.frame(2, message)) }
            for message in messages {
                let echo = try client.next()
                #expect(echo.opcode == 2 && echo.contents == message)
            }
            serving.cancel()
            #expect(try client.next().code == 1012)
            try client.send(WebSocketClient.close(1012))
            #expect(try client.rest() == [])
        }
        try await serving.value
        #expect(!gateway.program.errors.soFar.contains { $0.contains("more than it was granted") })
    }
}
