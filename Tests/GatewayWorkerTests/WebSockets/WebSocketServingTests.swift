import GatewayWorker
import HTTPTypes
import SwiftZMQ
import Testing
import WorkerProtocol

/// WebSockets of a worker, against a gateway that does what the test says.
@Suite(.timeLimit(.minutes(5))) struct WebSocketServingTests {
    private struct Failure: Error {}

    private static let echo: GatewayWorker.WebSocketHandler = { _, socket in
        for await message in socket { try await socket.send(message) }
    }

    @Test func `A worker says that it serves WebSockets if it has a handler for them`() async throws {
        for serves in [true, false] {
            let gateway = try FakeGateway()
            let plain = GatewayWorker(
                service: "s", endpoints: [gateway.endpoint], configuration: .patient(), handler: { _ in .text("") })
            try await withWorker(serves ? plain.webSocket(Self.echo) : plain) { _ in
                guard case .ready(_, let properties) = try await gateway.receive().command else {
                    Issue.record("the first command is not READY")
                    return
                }
                #expect(properties.servesWebSockets == serves)
            }
        }
    }

    @Test func `An echo gives back text and bytes, and ends with the client`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(webSocketWorker(gateway, handler: Self.echo)) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            try await gateway.say("grüße", "1", to: peer)
            #expect(try await gateway.heard() == ["text", "grüße"])
            let bytes = Frame([0, 0xFF, 0x80])
            try await gateway.send(.message(id: "1", kind: .binary, data: bytes), to: peer)
            #expect(try await gateway.granted() == 3)
            #expect(try await gateway.partial().frames == ["binary", bytes])
            try await gateway.say("", "1", to: peer)
            #expect(try await gateway.heard() == ["text", ""])
            try await gateway.close("1", to: peer)
            #expect(try await gateway.heard() == ["FINAL", "close"])
            // Its place is free again.
            try await gateway.request("2", to: peer)
            #expect(try await gateway.reply().body == "ordinary")
        }
    }

    @Test func `The handler sees the request and chooses a subprotocol`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { request, socket in
            #expect(request.path == "/room")
            #expect(request.webSocketSubprotocols == ["v2", "v1"])
            try await socket.accept(subprotocol: "v1", headerFields: [.setCookie: "a=b"])
            await #expect(throws: WorkerWebSocketError.self) { try await socket.accept() }
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.askForWebSocket(
                "1", "GET /room?a=b", fields: "sec-websocket-protocol: v2, v1\r\n", to: peer)
            #expect(try await gateway.accepted("1") == ["set-cookie: a=b", "sec-websocket-protocol: v1"])
            #expect(try await gateway.heard() == ["FINAL", "close", "1000"])
        }
    }

    @Test func `A subprotocol that nobody offered is an error of the handler`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, socket in try await socket.accept(subprotocol: "v3") }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.askForWebSocket("1", fields: "sec-websocket-protocol: v2\r\n", to: peer)
            #expect(try await gateway.reply().head.status == 500)
        }
    }

    @Test func `A WebSocket is refused with an ordinary response`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { request, _ in
            switch request.path {
            case "/problem": throw WorkerProblem(.forbidden, code: "members-only")
            case "/response": throw WorkerWebSocket.Refusal(.redirect(to: "/elsewhere"))
            default: throw Failure()
            }
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            for (path, status) in [("/problem", 403), ("/response", 303), ("/failure", 500)] {
                try await gateway.askForWebSocket("1", "GET \(path)", to: peer)
                #expect(try await gateway.reply().head.status == status)
            }
        }
    }

    @Test func `A refusal may be a stream, which is paced as any other`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, _ in
            throw WorkerWebSocket.Refusal(
                WorkerResponse(status: .forbidden, body: .stream { try await $0.write("abcdef") }))
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.askForWebSocket("1", fields: "x-stream-credit: 4\r\n", to: peer)
            #expect(try await gateway.partial().frames.last == "abcd")
            try await gateway.send(.credit(id: "1", bytes: 2), to: peer)
            #expect(try await gateway.partial().frames == ["ef"])
            #expect(try await gateway.heard() == ["FINAL", ""])
        }
    }

    @Test func `A request of the same service that is no WebSocket goes to the ordinary handler`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(webSocketWorker(gateway, handler: Self.echo)) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", fields: "x-websocket: 8\r\n", to: peer)
            #expect(try await gateway.reply().body == "ordinary")
        }
    }

    // MARK: The end

    @Test func `A handler closes with a code and a reason, and nothing follows`() async throws {
        let gateway = try FakeGateway()
        let closed = Gate()
        let worker = webSocketWorker(gateway, .patient(2)) { request, socket in
            guard request.path == "/" else { return try await Self.echo(request, socket) }
            try await socket.send("last")
            try await socket.close(.init(rawValue: 4001), reason: "enough")
            try await socket.close(.policyViolation)
            #expect(socket.closed == WorkerWebSocket.Close(.init(rawValue: 4001), reason: "enough"))
            await #expect(throws: WorkerWebSocket.Close(.init(rawValue: 4001), reason: "enough")) {
                try await socket.send("after the end")
            }
            for await _ in socket { Issue.record("a message after the end") }
            closed.open()
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            #expect(try await gateway.heard() == ["text", "last"])
            #expect(try await gateway.heard() == ["FINAL", "close", "4001", "enough"])
            try await gateway.say("late", "1", to: peer)
            await closed.wait()
            try await gateway.openWebSocket("2", fields: "x-path: other\r\n", to: peer)
        }
    }

    @Test func `A close that cannot be sent is an error, and the WebSocket goes on`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { _, socket in
            for code in [999, 1005, 1006, 1015, 2000, 5000] {
                await #expect(throws: WorkerWebSocketError.self) { try await socket.close(.init(rawValue: code)) }
            }
            try await socket.send("still here")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            #expect(try await gateway.heard() == ["text", "still here"])
            #expect(try await gateway.heard() == ["FINAL", "close", "1000"])
        }
    }

    @Test func `A handler that throws closes with 1011 and keeps its reason to itself`() async throws {
        let gateway = try FakeGateway()
        let worker = webSocketWorker(gateway) { request, socket in
            try await socket.accept()
            if request.path == "/problem" { throw WorkerProblem(.conflict, code: "name-taken") }
            throw Failure()
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            #expect(try await gateway.heard() == ["FINAL", "close", "1011"])
            try await gateway.askForWebSocket("2", "GET /problem", to: peer)
            try await gateway.accepted("2")
            #expect(try await gateway.heard() == ["FINAL", "close", "1011", "name-taken"])
        }
    }

    @Test func `The client's close ends the sequence after its last message, and tells why`() async throws {
        let gateway = try FakeGateway()
        let hasSent = Gate()
        let worker = webSocketWorker(gateway) { _, socket in
            try await socket.accept()
            await hasSent.wait()
            var heard: [WorkerWebSocket.Message] = []
            for await message in socket { heard.append(message) }
            #expect(heard == [.text("one"), .text("two")])
            #expect(socket.closed == WorkerWebSocket.Close(.goingAway, reason: "bye"))
            #expect(!Task.isCancelled)
            // As a handler does that only notices by sending.
            try await socket.send("to nobody")
            Issue.record("sent to nobody")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            try await gateway.say("one", "1", to: peer)
            try await gateway.say("two", "1", to: peer)
            try await gateway.close("1", 1001, "bye", to: peer)
            // What is refused beyond the concurrency says that the close has been read.
            try await gateway.request("probe", to: peer)
            #expect(try await gateway.reply().head.status == 503)
            hasSent.open()
            #expect(try await gateway.heard() == ["FINAL", "close"])
        }
    }

    @Test func `A client that is gone ends the sequence and cancels the task`() async throws {
        let gateway = try FakeGateway()
        let cancelled = Gate()
        let worker = webSocketWorker(gateway) { _, socket in
            for await _ in socket { Issue.record("there was no message") }
            #expect(Task.isCancelled)
            #expect(socket.closed == nil)
            cancelled.open()
            try Task.checkCancellation()
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            try await gateway.send(.cancel(id: "1"), to: peer)
            await cancelled.wait()
            #expect(try await gateway.heard() == ["FINAL", "close"])
        }
    }

    @Test func `A worker that is stopped ends its WebSockets with 1012 after a last word`() async throws {
        let gateway = try FakeGateway()
        var configuration = GatewayWorker.Configuration.patient(2)
        configuration.drainTimeout = .seconds(60)
        let worker = webSocketWorker(gateway, configuration) { _, socket in
            for await message in socket { try await socket.send(message) }
            #expect(!Task.isCancelled)
            try await socket.send("see you")
        }
        try await withWorker(worker) { task in
            let peer = try await gateway.accept()
            try await gateway.openWebSocket("1", to: peer)
            task.cancel()
            #expect(try await gateway.receiveTelling().command == .drain)
            #expect(try await gateway.heard() == ["text", "see you"])
            #expect(try await gateway.heard() == ["FINAL", "close", "1012"])
            #expect(try await gateway.receiveTelling().command == .disconnect)
            try await task.value
        }
    }

    @Test func `A gateway that dismisses the worker ends its WebSockets, and new ones are served`() async throws {
        let gateway = try FakeGateway()
        let ended = Counter()
        let worker = webSocketWorker(gateway) { request, socket in
            for await message in socket { try await socket.send(message) }
            guard request.path == "/first" else { return }
            #expect(Task.isCancelled)
            await #expect(throws: CancellationError.self) { try await socket.send("to nobody") }
            _ = await ended.next()
        }
        try await withWorker(worker) { _ in
            let first = try await gateway.accept()
            try await gateway.askForWebSocket("1", "GET /first", to: first)
            try await gateway.accepted("1")
            try await gateway.send(.disconnect, to: first)
            let second = try await gateway.accept()
            #expect(first != second)
            try await gateway.openWebSocket("1", to: second)
            try await gateway.say("hello", "1", to: second)
            #expect(try await gateway.heard() == ["text", "hello"])
            while await ended.count == 0 { await Task.yield() }
        }
    }
}
