import NIOCore
import NIOEmbedded
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// WebSockets on connections of HTTP/1 without a socket.
@Suite struct WebSocketConnectionTests {
    typealias Frames = WebSocketFrames

    static let upgrade = [
        "upgrade: websocket", "connection: Upgrade", "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    static func request(_ path: String = "/a/x", _ fields: String...) -> String {
        (["GET \(path) HTTP/1.1", "host: h"] + upgrade + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static let routes = [
        Route(path: "/r/", destination: .topics(TopicSource(endpoints: ["tcp://a:1"], origins: ["https://a.example"]))),
        Route(path: "/bound/", service: "a", origins: ["https://a.example"]),
    ]

    private func connection(_ configure: (inout HTTPSettings) -> Void = { _ in }) throws -> EmbeddedConnection {
        var settings = HTTPSettings()
        configure(&settings)
        return try EmbeddedConnection(settings: settings, router: RequestRouter(routes: Self.routes))
    }

    /// A connection that has become a WebSocket, and its request.
    private func open(
        credit: Int? = nil, _ head: ReplyHead = ReplyHead(status: 101), _ request: String = request(),
        _ configure: (inout HTTPSettings) -> Void = { _ in }
    ) throws -> (EmbeddedConnection, GatewayRequest) {
        let connection = try connection(configure)
        try connection.send(request)
        let submitted = try #require(connection.dispatcher.submitted.last)
        connection.deliver(.open(head, credit: credit), for: submitted)
        return (connection, submitted)
    }

    /// What came behind the head of the acceptance.
    private func frames(_ connection: EmbeddedConnection) throws -> [Frames.ServerFrame] {
        let bytes = try connection.bytes()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        var start = 0
        while start + 4 <= bytes.count, Array(bytes[start..<start + 4]) != Array("\r\n\r\n".utf8) { start += 1 }
        let read = try #require(Frames.readServer(Array(bytes[(start + 4)...])))
        #expect(read.left == 0)
        return read.frames
    }

    @Test func `A worker's acceptance completes the handshake, with the fields that are its own to add`() throws {
        let head = try ReplyHead(
            reading: """
                101 Whatever\r\nsec-websocket-protocol: b\r\nset-cookie: c=1\r\nx-stream-credit: 5\r\n\
                sec-websocket-accept: no\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n
                """, maySwitch: true)
        let (connection, request) = try open(
            head,
            Self.request("/a/x", "sec-websocket-protocol: a, b", "sec-websocket-extensions: permessage-deflate"))
        #expect(request.webSocket == .wanted)
        #expect(request.values(of: "sec-websocket-protocol") == ["a, b"])
        for name in [
            "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "upgrade", "x-websocket",
        ] {
            #expect(request.values(of: name) == [], "\(name)")
        }
        let text = String(decoding: try connection.bytes(), as: UTF8.self)
        let fields = text.components(of: "\r\n").dropFirst().filter { !$0.hasPrefix("date:") && !$0.isEmpty }
        #expect(
            fields.filter { !$0.hasPrefix("x-request-id: ") } == [
                "upgrade: websocket", "connection: upgrade", "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "sec-websocket-protocol: b", "set-cookie: c=1",
            ])
    }

    @Test func `Messages go both ways, and the client's end is the worker's`() throws {
        let (connection, request) = try open()
        try connection.send(Frames.text("hi") + Frames.frame(0x82, [1, 2]))
        connection.deliver(.message(.text, "ho"), .message(.binary, Frame([3])), for: request)
        try connection.send(Frames.close(1001, "bye"))
        let sent = connection.dispatcher.messages.map { "\($0.kind) \([UInt8]($0.data))" }
        #expect(sent == ["text [104, 105]", "binary [1, 2]", "close [3, 233, 98, 121, 101]"])
        let got = try frames(connection)
        #expect(got.map(\.opcode) == [1, 2, 8])
        #expect(got[0].text == "ho" && got[1].contents == [3] && got[2].contents == [3, 233])
        #expect(connection.dispatcher.cancelled == [])
    }

    @Test func `Frames behind the request are the WebSocket's, and are read once it stands`() throws {
        let connection = try connection()
        try connection.send(Array(Self.request().utf8) + Frames.text("early"))
        #expect(connection.dispatcher.messages.isEmpty)
        let request = try #require(connection.dispatcher.submitted.last)
        connection.deliver(.open(ReplyHead(status: 101), credit: nil), for: request)
        #expect(connection.dispatcher.messages.map { String($0.data) } == ["early"])
    }

    @Test(arguments: ["close, Upgrade", "Upgrade,close", "keep-alive, UPGRADE", "upgrade\r\nconnection: close"])
    func `Whatever else the client says of the connection, it becomes the WebSocket's, and closes without one`(
        named: String
    ) throws {
        let fields = Self.upgrade.map { $0.hasPrefix("connection:") ? "connection: \(named)" : $0 }
        let request = (["GET /a/x HTTP/1.1", "host: h"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
        let connection = try connection()
        try connection.send(Array(request.utf8) + Frames.text("early"))
        connection.deliver(
            .open(ReplyHead(status: 101), credit: nil), for: try #require(connection.dispatcher.submitted.last))
        try connection.send(Frames.text("later"))
        #expect(connection.dispatcher.messages.map { String($0.data) } == ["early", "later"])
        #expect(try frames(connection) == [] && connection.isOpen)

        let refused = try self.connection()
        try refused.send(request + "GET /a/next HTTP/1.1\r\nhost: h\r\n\r\n")
        refused.deliver(.reply(.plainText, body: "no"), for: try #require(refused.dispatcher.submitted.last))
        let closes = named.contains("close")
        #expect(try refused.responses().responses.map { $0["connection"] } == [closes ? "close" : nil])
        refused.channel.embeddedEventLoop.run()
        #expect(refused.dispatcher.submitted.count == (closes ? 1 : 2))
    }

    @Test func `Any other answer is an ordinary response, and the next request is read`() throws {
        let connection = try connection()
        try connection.send(Self.request() + "GET /a/next HTTP/1.1\r\nhost: h\r\n\r\n")
        #expect(connection.dispatcher.submitted.count == 1)
        connection.deliver(.reply(.plainText, body: "no"), for: connection.dispatcher.submitted[0])
        connection.channel.embeddedEventLoop.run()
        #expect(try connection.responses().responses.map(\.text) == ["no"])
        #expect(connection.dispatcher.submitted.count == 2)
    }

    @Test func `What was asked before is answered before`() throws {
        let connection = try connection()
        try connection.send("GET /a/first HTTP/1.1\r\nhost: h\r\n\r\n" + Self.request())
        let (first, second) = (connection.dispatcher.submitted[0], connection.dispatcher.submitted[1])
        connection.deliver(
            .open(ReplyHead(status: 101), credit: nil), .message(.text, "one"), .message(.text, "two"), for: second)
        #expect(try connection.bytes() == [])
        connection.deliver(.reply(.plainText, body: "first"), for: first)
        let text = String(decoding: try connection.bytes(), as: UTF8.self)
        #expect(text.hasSuffix("\u{3}one\u{FFFD}\u{3}two") && text.contains("first") && text.contains("HTTP/1.1 101"))
    }

    @Test func `A worker that takes no more is sent no more, and the client is not read`() throws {
        let (connection, request) = try open(credit: 3)
        try connection.send(Frames.text("ab") + Frames.text("cd"))
        try connection.send(Frames.text("e"))
        #expect(connection.dispatcher.messages.map { String($0.data) } == ["ab"])
        connection.deliver(.granted(1), for: request)
        #expect(connection.dispatcher.messages.map { String($0.data) } == ["ab", "cd"])
        connection.deliver(.paused(true), .granted(10), for: request)
        #expect(connection.dispatcher.messages.count == 2)
        connection.deliver(.paused(false), for: request)
        #expect(connection.dispatcher.messages.map { String($0.data) } == ["ab", "cd", "e"])
    }

    @Test func `What the client has taken is told, in quarters of what may wait`() throws {
        let (connection, request) = try open { $0.responseBuffer = 100 }
        connection.deliver(.message(.binary, Frame([UInt8](repeating: 1, count: 20))), for: request)
        #expect(connection.dispatcher.taken[request.id] == nil)
        connection.deliver(.message(.binary, Frame([UInt8](repeating: 1, count: 20))), for: request)
        #expect(connection.dispatcher.taken[request.id] == 40)
    }

    @Test func `Who wants to know of all that the client takes is told, until it has taken everything`() throws {
        let (connection, request) = try open { $0.responseBuffer = 100 }
        func send(_ size: Int) {
            connection.deliver(.message(.binary, Frame([UInt8](repeating: 1, count: size))), for: request)
        }
        send(20)
        connection.deliver(.granted(0), for: request)
        #expect(connection.dispatcher.taken[request.id] == 20)
        send(20)
        #expect(connection.dispatcher.taken[request.id] == 20)
        send(5)
        #expect(connection.dispatcher.taken[request.id] == 45)
    }

    @Test func `A client that goes without a word is cancelled`() throws {
        let (connection, request) = try open()
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(connection.dispatcher.cancelled == [request.id])
        #expect(connection.dispatcher.messages.isEmpty)
    }

    @Test func `A silent client is pinged after 30 s, and given up after as many`() throws {
        let (connection, request) = try open()
        connection.advance(.seconds(31))
        #expect(try frames(connection).map(\.opcode) == [9])
        try connection.send(Frames.frame(0x8A, []))
        connection.advance(.seconds(31))
        #expect(try frames(connection).map(\.opcode) == [9, 9])
        #expect(connection.dispatcher.cancelled == [])
        connection.advance(.seconds(31))
        #expect(connection.dispatcher.cancelled == [request.id])
    }

    @Test(
        arguments: [
            (Frames.frame(0x81, [UInt8](repeating: 97, count: 101)), 1009), (Frames.frame(0x81, [0xFF]), 1007),
            (Frames.frame(0xC1, [97]), 1002), (Frames.frame(0x81, [97], mask: nil), 1002),
        ] as [([UInt8], Int)])
    func `A client that breaks a rule is told which, and the worker that it is gone`(bytes: [UInt8], code: Int) throws {
        let (connection, request) = try open { $0.maximumMessageSize = 100 }
        try connection.send(bytes)
        let close = try #require(try frames(connection).last)
        #expect(close.opcode == 8 && Int(close.contents[0]) << 8 | Int(close.contents[1]) == code)
        #expect(connection.dispatcher.cancelled == [request.id])
    }

    @Test(arguments: [
        (ReplyEvent.closed(WebSocketEnd(code: 4000, reason: "why")), 4000, "why"),
        (.closed(.workerFailed), 1011, "the worker failed"), (.closed(.stopped), 1012, "the service restarts"),
        (.message(.text, Frame([0xFF])), 1011, "the worker sent a text that is no UTF-8"),
    ])
    func `The client is told how the worker ends`(event: ReplyEvent, code: Int, reason: String) throws {
        let (connection, request) = try open()
        connection.deliver(event, for: request)
        let close = try #require(try frames(connection).last)
        #expect(close.opcode == 8 && Int(close.contents[0]) << 8 | Int(close.contents[1]) == code)
        #expect(String(decoding: close.contents.dropFirst(2), as: UTF8.self) == reason)
        #expect(connection.dispatcher.cancelled == (event.isLast ? [] : [request.id]))
        #expect(connection.isOpen)
        try connection.send(Frames.close(UInt16(code)))
        #expect(connection.dispatcher.messages.isEmpty)
    }

    @Test func `A drain ends WebSockets of workers with 1012 and those of topics with 1001`() throws {
        let (connection, request) = try open()
        #expect(!connection.isDrained())
        #expect(try frames(connection).last?.contents.prefix(2) == [0x03, 0xF4])
        #expect(connection.dispatcher.cancelled == [request.id])
        let (topics, _) = try open(ReplyHead(status: 101), Self.request("/r/x"))
        #expect(!topics.isDrained())
        #expect(try frames(topics).last?.contents.prefix(2) == [0x03, 0xE9])
    }

    // MARK: Topics

    @Test func `Frames of topics go as they are, and the broadcaster's end is 1001`() throws {
        let (connection, request) = try open(ReplyHead(status: 101), Self.request("/r/x"))
        guard case .topics(let topics) = request.destination else { throw Missing() }
        #expect(topics.kind == .webSocket && topics.prefixes == [Array("x".utf8)])
        connection.deliver(
            .piece(TopicWebSocketText.message(topic: "x1", payload: "one")), .end(Frame()), for: request)
        let got = try frames(connection)
        #expect(got.map(\.text).first == "x1 one" && got.last?.contents == [0x03, 0xE9])
        try connection.send(Frames.text("ignored"))
        #expect(connection.dispatcher.messages.isEmpty)
    }

    private struct Missing: Error {}

    @Test(arguments: [
        ("/r/x", ["origin: https://other.example"], 403), ("/r/x", ["sec-websocket-version: 8"], 426),
        ("/r/x", ["sec-websocket-key: x"], 400), ("/r/x", ["content-length: 3"], 400),
    ])
    func `A topic stream refuses what it does not serve, and says which version it does`(
        path: String, fields: [String], status: Int
    ) throws {
        let connection = try connection()
        let body = fields[0].hasPrefix("content-length") ? "abc" : ""
        let kept = Self.upgrade.filter { $0.prefix { $0 != ":" } != fields[0].prefix { $0 != ":" } }
        try connection.send(
            (["GET \(path) HTTP/1.1", "host: h"] + kept + fields).map { $0 + "\r\n" }.joined() + "\r\n" + body)
        let response = try #require(try connection.responses().responses.first)
        #expect(response.status == status)
        #expect(response["sec-websocket-version"] == (status == 403 ? nil : "13"))
        #expect(response["upgrade"] == (status == 426 ? "websocket" : nil))
        #expect(connection.dispatcher.submitted.isEmpty)
    }

    @Test func `What is wrong with a request to a service is for the broker to say, who knows whom it is for`() throws {
        let connection = try connection()
        try connection.send(Self.request("/bound/", "origin: https://other.example"))
        let request = try #require(connection.dispatcher.submitted.last)
        #expect(request.webSocket == .refused(.originNotAllowed))
        connection.deliver(.failure(.originNotAllowed), for: request)
        #expect(try connection.responses().responses.map(\.status) == [403])
        try connection.send(Self.request("/bound/", "origin: https://a.example"))
        #expect(connection.dispatcher.submitted.last?.webSocket == .wanted)
    }

    @Test func `An answer that would need a WebSocket is 426, and so named`() throws {
        let connection = try connection()
        try connection.send("GET /a/ HTTP/1.1\r\nhost: h\r\n\r\n")
        connection.deliver(.failure(.upgradeRequired), for: try #require(connection.dispatcher.submitted.last))
        try connection.send("GET /a/ HTTP/1.1\r\nhost: h\r\n\r\n")
        connection.deliver(
            .reply(ReplyHead(status: 426), body: ""), for: try #require(connection.dispatcher.submitted.last))
        let responses = try connection.responses().responses
        #expect(responses.map(\.status) == [426, 426])
        #expect(responses.map { $0["upgrade"] } == ["websocket", "websocket"])
        #expect(responses[0]["sec-websocket-version"] == "13")
    }

    @Test func `A client's own word that it is a WebSocket reaches nobody`() throws {
        let connection = try connection()
        try connection.send("GET /a/ HTTP/1.1\r\nhost: h\r\nx-websocket: 13\r\nX_WebSocket: 13\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.last)
        #expect(request.webSocket == .none)
        #expect(!request.headText.lowercased().contains("websocket"))
    }
}

extension String {
    fileprivate func components(of separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
