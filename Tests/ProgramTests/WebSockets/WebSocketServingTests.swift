import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// WebSockets through the program, to a worker that echoes and to topic streams, over real connections.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WebSocketServingTests {
    @Test func `A worker's messages, its end, and what it refuses reach the client`() async throws {
        let gateway = try await WebSocketGateway()
        try await gateway.withClient("/ws/?protocol=b", ["sec-websocket-protocol: a, b"]) { client in
            #expect(client.head.contains("\r\nsec-websocket-protocol: b\r\n"))
            try client.send(text: "hello")
            #expect(try client.next().text == "hello")
            try client.send(text: "!close 4001 bye")
            let close = try client.next()
            #expect(close.opcode == 8 && close.code == 4001 && String(close.text.dropFirst(2)) == "bye")
            try client.send(WebSocketClient.close(4001))
            #expect(try client.rest() == [])
        }
        for (text, code) in [("!end", 1000), ("!abort", 1011), ("!bad", 1011)] {
            try await gateway.withClient { client in
                try client.send(text: text)
                #expect(try client.next().code == code, "\(text)")
            }
        }
        try await HTTP2Gateway.onThread {
            let client = try WebSocketClient(port: gateway.port)
            try client.shakeHands("/ws/?refuse", expecting: 403)
            let other = try WebSocketClient(port: gateway.port)
            // A subprotocol that the client does not speak.
            try other.shakeHands("/ws/?protocol=c", expecting: 502)
            let old = try WebSocketClient(port: gateway.port)
            try old.shakeHands("/ws/", ["sec-websocket-version: 8"], expecting: 426)
        }
        #expect(try await gateway.gateway.ask("GET", "/ws/").text.hasPrefix("plain GET /ws/"))
        try await gateway.wait(for: "webgateway_in_flight", toBe: 0)
        try await gateway.wait(for: "webgateway_websockets{service=\"ws\"}", toBe: 0)
    }

    @Test func `A worker is sent what it has granted, and the client waits beyond that`() async throws {
        let gateway = try await WebSocketGateway(properties: "concurrency=8,cancel=1,credit=1")
        try await gateway.withClient("/ws/?credit=5&hold") { client in
            try client.send(text: "four")
            try client.send(text: "more")
            #expect(try client.next().text == "four")
            // Nothing is granted: the second stays where it is, and so does the ping behind it.
            try client.send(WebSocketClient.frame(9, [1]))
            #expect(client.socket.wait(until: .now + .milliseconds(300), writing: false) == .late)
        }
        // The other way: more than may wait, of which each part is granted in its turn.
        try await gateway.withClient { client in
            try client.send(text: "!many 5000")
            for _ in 0..<5000 { #expect(try client.next().contents.count == 1000) }
        }
    }

    @Test func `A message that needs all of the worker's credit goes, whatever went before`() async throws {
        let gateway = try await WebSocketGateway(properties: "concurrency=8,cancel=1,credit=1")
        try await gateway.withClient { client in
            for size in [300_000, 1_000_000, 1, 1 << 20] {
                try client.send(WebSocketClient.frame(2, [UInt8](repeating: 7, count: size)))
                #expect(try client.next().contents.count == size)
            }
        }
    }

    @Test func `What a worker has not granted stays with the client, and fills no memory`() async throws {
        let gateway = try await WebSocketGateway()
        try await gateway.withClient("/ws/?credit=5&hold") { client in
            try client.send(text: "four")
            #expect(try client.next().text == "four")
            let before = try gateway.residentMemory()
            let message = WebSocketClient.frame(2, [UInt8](repeating: 7, count: 60_000))
            var left = message[...]
            var written = 0
            // The kernel takes some megabytes at either end, and then nothing more, as the gateway does not read.
            while written < 64 << 20, let count = client.socket.write(left) {
                written += count
                left = left.count > count ? left.dropFirst(count) : message[...]
                if count == 0, client.socket.wait(until: .now + .seconds(1), writing: true) != .writable { break }
            }
            #expect(written < 16 << 20)
            let growth = try gateway.residentMemory() - before
            #expect(growth < 20 << 20, "the gateway grew by \(growth >> 20) MiB")
        }
    }

    @Test func `A client that is lost frees its place, and so does one that does not read`() async throws {
        let gateway = try await WebSocketGateway(["--response-buffer", "64KiB"], properties: "concurrency=2,cancel=1")
        for _ in 0..<6 {
            try await gateway.withClient { client in
                try client.send(text: "a")
                _ = try client.next()
                client.socket.end(byReset: true)
            }
        }
        try await gateway.withClient { client in
            try client.send(text: "!many 20000")
            // Not before the worker has sent what the client does not read, and has lost it.
            try gateway.waitOnThread(for: "webgateway_websockets{service=\"ws\"} 0")
            let rest = try client.rest()
            #expect(rest.last?.code == 1011 && rest.count < 20_000)
        }
        try await gateway.withClient { client in
            try client.send(text: "still there")
            #expect(try client.next().text == "still there")
        }
    }

    @Test func `A thousand WebSockets whose worker is killed all get 1011, and nobody else is disturbed`() async throws
    {
        let gateway = try await WebSocketGateway(["--heartbeat", "500ms"])
        let other = try await gateway.programs.python(
            PackageFolder.path("Tests/Interop/websocket_worker.py"), gateway.gateway.workerEndpoint, "other",
            "websocket=1,concurrency=4")
        try await gateway.gateway.program.errors.wait(for: "worker registered", "service=other ")
        try await gateway.withClient("/other/") { witness in
            var clients: [WebSocketClient] = []
            for number in 0..<1000 {
                let client = try WebSocketClient(port: gateway.port)
                try client.shakeHands("/ws/\(number)")
                try client.send(text: "\(number)")
                #expect(try client.next().text == "\(number)")
                clients.append(client)
            }
            let before = try gateway.residentMemory()
            gateway.worker.signal(SIGKILL)
            for client in clients { #expect(try client.next().code == 1011) }
            try witness.send(text: "still there")
            #expect(try witness.next().text == "still there")
            #expect(try gateway.residentMemory() - before < 64 << 20)
        }
        other.signal(SIGTERM)
    }

    @Test func `A drain closes those of workers with 1012 and those of topics with 1001`() async throws {
        let file = try TopicPublishing.file("tcp://127.0.0.1:1")
        let gateway = try await WebSocketGateway(["--config", file.path])
        try await gateway.withClient { client in
            let topics = try WebSocketClient(port: gateway.port)
            try topics.shakeHands("/events/")
            gateway.gateway.program.signal(SIGTERM)
            #expect(try client.next().code == 1012)
            #expect(try topics.next().code == 1001)
            for each in [client, topics] { try each.send(WebSocketClient.close(1000)) }
            #expect(try client.rest() == [] && topics.rest() == [])
        }
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    // MARK: Topics

    @Test func `Messages of a publisher come as texts, and as objects`() async throws {
        let publishing = try TopicPublishing()
        let gateway = try await WebSocketGateway(["--config", publishing.file.path])
        try await gateway.withClient("/events/a") { plain in
            let objects = try WebSocketClient(port: gateway.port)
            try objects.shakeHands("/events/?topic=a&topic=b", ["sec-websocket-protocol: json"])
            #expect(objects.head.contains("\r\nsec-websocket-protocol: json\r\n"))
            try publishing.publishUntil("a", "one") {
                plain.socket.wait(until: .now + .milliseconds(50), writing: false) == .readable
            }
            #expect(try plain.next().text == "a one")
            let text = try objects.next().text
            #expect(text.hasPrefix(#"{"topic":"a","payload":"one","id":"#), "\(text)")
        }
        try await HTTP2Gateway.onThread {
            let foreign = try WebSocketClient(port: gateway.port)
            try foreign.shakeHands("/events/", ["origin: https://other.example"], expecting: 403)
            let named = try WebSocketClient(port: gateway.port)
            try named.shakeHands("/events/", ["origin: https://a.example"])
        }
    }

    // MARK: HTTP/2

    @Test func `A stream of HTTP/2 is a WebSocket to a worker and to topics`() async throws {
        let publishing = try TopicPublishing()
        let gateway = try await WebSocketGateway(["--config", publishing.file.path])
        try await HTTP2Gateway.onThread {
            let client = try HTTP2Client(port: gateway.port)
            #expect(client.serverSettings[8] == 1)
            func open(_ stream: UInt32, _ path: String, _ further: [(String, String)] = []) throws {
                let fields =
                    [
                        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", path),
                        (":authority", "h"), ("sec-websocket-version", "13"),
                    ] + further
                try client.send(
                    RawFrame(
                        kind: RawFrame.Kind.headers, flags: RawFrame.Flag.endHeaders, stream: stream,
                        payload: HeaderBlock(fields).bytes))
                try client.wait(for: "the answer to \(path)") { client.streams[stream]?.status != nil }
            }
            func say(_ stream: UInt32, _ bytes: [UInt8]) throws {
                try client.send(RawFrame(kind: RawFrame.Kind.data, flags: 0, stream: stream, payload: bytes))
            }
            try open(1, "/ws/?protocol=b", [("sec-websocket-protocol", "b")])
            #expect(client.streams[1]?.status == 200)
            #expect(
                client.streams[1]?.fields.contains { $0.name == "sec-websocket-protocol" && $0.value == "b" } == true)
            try say(1, WebSocketClient.frame(1, Array("hello".utf8)))
            try client.wait(for: "an echo") { client.streams[1]?.body == [0x81, 5] + Array("hello".utf8) }
            // More than the window of a stream, both ways.
            let large = [UInt8](repeating: 7, count: 200_000)
            let framed = WebSocketClient.frame(2, large)
            for start in stride(from: 0, to: framed.count, by: 16_000) {
                try client.wait(for: "room") { client.room(of: 1) >= 16_000 }
                try say(1, Array(framed[start..<min(framed.count, start + 16_000)]))
            }
            try client.wait(for: "the large echo") { client.streams[1]?.body.count ?? 0 >= 7 + 10 + large.count }
            try say(1, WebSocketClient.close(1000))
            try client.wait(for: "the end") { client.streams[1]?.hasEnded == true }

            try open(3, "/ws/?refuse")
            #expect(client.streams[3]?.status == 403)
            try open(5, "/events/a")
            #expect(client.streams[5]?.status == 200)
            try publishing.publishUntil("a", "one") {
                _ = client.socket.wait(until: .now + .milliseconds(50), writing: false)
                try client.read()
                return client.streams[5]?.body.isEmpty == false
            }
            #expect(client.streams[5]?.body == [0x81, 5] + Array("a one".utf8))
        }
    }
}

/// A publisher, and the file of a gateway that reads from it.
final class TopicPublishing: Sendable {
    let file: TemporaryFile
    private let context: Context
    private let publisher: Publisher

    init() throws {
        context = try Context()
        publisher = try Publisher(context) { $0.linger = .zero }
        file = try Self.file(try publisher.bind("tcp://127.0.0.1:*"))
    }

    static func file(_ endpoint: String) throws -> TemporaryFile {
        try TemporaryFile(
            """
            routes:
              - path: /events/
                subscribe: \(endpoint)
                origins: https://a.example

            """)
    }

    /// Publishes a message again and again, as nobody knows when the subscription has come.
    func publishUntil(_ topic: String, _ payload: String, _ hasCome: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + WebSocketClient.patience
        repeat {
            _ = try publisher.trySend([Frame(topic), Frame(payload)])
            guard ContinuousClock.now < deadline else {
                throw WebSocketClient.NotCome(description: "\(topic) \(payload) did not come")
            }
        } while try !hasCome()
    }
}
