import GatewayWorker
import SwiftZMQ
import Testing
import WorkerProtocol

/// Back pressure of a worker's WebSockets in both directions.
@Suite(.timeLimit(.minutes(5))) struct WebSocketPacingTests {
    @Test func `The gateway is granted what the handler takes, and no more`() async throws {
        let gateway = try FakeGateway()
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let worker = webSocketWorker(gateway) { _, socket in
            try await socket.accept()
            var messages = socket.makeAsyncIterator()
            for await _ in asked { _ = await messages.next() }
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            let large = String(repeating: "a", count: 20_000)
            for text in [large, "bb", "ccc"] { try await gateway.say(text, "1", to: peer) }
            // Nothing is granted for what lies there: the refusal is the next that comes.
            try await gateway.request("probe", to: peer)
            #expect(try await gateway.reply().head.status == 503)
            ask.yield()
            #expect(try await gateway.granted() == 20_000)
            ask.yield()
            ask.yield()
            #expect(try await gateway.granted() == 5)
            ask.finish()
            #expect(try await gateway.heard() == ["FINAL", "close", "1000"])
        }
    }

    @Test func `A worker may grant more at first than the largest message`() async throws {
        let gateway = try FakeGateway()
        var configuration = GatewayWorker.Configuration.patient()
        configuration.webSocketCredit = 4_194_304
        try await withWorker(webSocketWorker(gateway, configuration) { _, _ in }) { _ in
            let peer = try await gateway.accept()
            try await gateway.askForWebSocket("1", to: peer)
            #expect(try await gateway.accepted("1") == ["x-stream-credit: 4194304"])
        }
    }

    @Test func `A message waits until the gateway has granted all of it`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, socket in
            try await socket.send("abcdef")
            try await socket.send("ghijkl")
            try await socket.send("mn")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", fields: "x-stream-credit: 8\r\n", to: peer)
            #expect(try await gateway.heard() == ["text", "abcdef"])
            try await gateway.send(.credit(id: "1", bytes: 3), to: peer)
            try await gateway.request("probe", to: peer)
            #expect(try await gateway.reply().head.status == 503)
            try await gateway.send(.credit(id: "1", bytes: 1), to: peer)
            #expect(try await gateway.heard() == ["text", "ghijkl"])
            try await gateway.send(.credit(id: "1", bytes: 100), to: peer)
            #expect(try await gateway.heard() == ["text", "mn"])
            #expect(try await gateway.heard() == ["FINAL", "close", "1000"])
        }
    }

    @Test func `A message that could never be granted is an error with its remedy`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, socket in
            let error = await #expect(throws: WorkerWebSocketError.self) { try await socket.send("123456789") }
            #expect(error?.code == .messageTooLarge)
            #expect(error?.detail.contains("9 bytes") == true && error?.detail.contains("--response-buffer") == true)
            try await socket.send("12345678")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", fields: "x-stream-credit: 8\r\n", to: peer)
            #expect(try await gateway.heard() == ["text", "12345678"])
        }
    }

    @Test func `A sender that waits for credit ends with the client`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway, .patient(2)) { request, socket in
            try await socket.accept()
            try await socket.send("abc")
            try await socket.send("def")
            Issue.record("more was sent than was granted")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", fields: "x-stream-credit: 5\r\n", to: peer)
            #expect(try await gateway.heard() == ["text", "abc"])
            try await gateway.close("1", to: peer)
            #expect(try await gateway.heard() == ["FINAL", "close"])
            try await gateway.openWebSocket("2", fields: "x-stream-credit: 5\r\n", to: peer)
            #expect(try await gateway.heard() == ["text", "abc"])
            try await gateway.send(.cancel(id: "2"), to: peer)
            #expect(try await gateway.heard() == ["FINAL", "close"])
        }
    }

    @Test func `A sender whose own task is cancelled gives its place up, and the WebSocket goes on`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, socket in
            try await socket.send("abc")
            let waiting = Task { try await socket.send("too much") }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            try await socket.send("de")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", fields: "x-stream-credit: 8\r\n", to: peer)
            #expect(try await gateway.heard() == ["text", "abc"])
            #expect(try await gateway.heard() == ["text", "de"])
        }
    }

    @Test func `Many tasks send at once, each message whole and all before the last word`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, socket in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 { group.addTask { try await socket.send("message \(number)") } }
                try await group.waitForAll()
            }
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", fields: "x-stream-credit: 20\r\n", to: peer)
            var heard: Set<String> = []
            for _ in 0..<100 {
                let message = try await gateway.heard()
                #expect(message.first == "text")
                heard.insert(message[1])
                try await gateway.send(.credit(id: "1", bytes: message[1].utf8.count), to: peer)
            }
            #expect(heard.count == 100)
            #expect(try await gateway.heard() == ["FINAL", "close", "1000"])
        }
    }

    @Test func `Up to the concurrency, WebSockets are served at once, and each hears its own`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway, .patient(20)) { _, socket in
            for await message in socket { try await socket.send(message) }
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            for number in 0..<20 { try await gateway.openWebSocket("\(number)", to: peer) }
            for number in (0..<20).reversed() { try await gateway.say("to \(number)", "\(number)", to: peer) }
            var heard: [Frame: Frame] = [:]
            while heard.count < 20 {
                if case .partial(let id, let frames) = try await gateway.receiveTelling().command {
                    heard[id] = frames.last
                }
            }
            for number in 0..<20 { #expect(heard["\(number)"] == "to \(number)") }
        }
    }
}
