import Gateway
import NIOCore
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct `Bodies, their limits, and Expect` {
    static func settings() -> HTTPSettings {
        var settings = HTTPSettings()
        settings.maximumBodySize = 10
        return settings
    }

    @Test func `an announced body over the limit is refused before it is sent`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher, settings: Self.settings()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
            #expect(try await client.end().isEmpty)
            #expect(dispatcher.submittedCount == 0)
        }
    }

    @Test func `a chunked body over the limit is refused once it is counted`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher, settings: Self.settings()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n")
            try await client.send("5\r\nghijk\r\n0\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response.text.contains(#""code":"body-too-large""#))
            #expect(try await client.end().isEmpty)
            #expect(dispatcher.submittedCount == 0)
        }
    }

    @Test func `a body of exactly the limit passes both ways`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher, settings: Self.settings()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789")
            #expect(try await client.response().status == 200)
            try await client.send(
                "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")
            #expect(try await client.response().status == 200)
            await client.close()
        }
    }

    @Test func `the client gets the answer although it goes on sending a refused body`() async throws {
        try await withServer(.answering()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n")
            let part = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<8 { try await client.send(part) }
            #expect(try await client.response().status == 413)
            try await client.end()
            await client.close()
        }
    }

    @Test func `a 100 comes once the request will be accepted, after the answers before it`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
                    + "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
            dispatcher.reply(to: await dispatcher.request(), "first")
            #expect(try await client.response().text == "first")
            #expect(try await client.response().status == 100)
            try await client.send("abc")
            let request = await dispatcher.request()
            #expect(String(request.body) == "abc")
            dispatcher.reply(to: request, "second")
            #expect(try await client.response().text == "second")
            await client.close()
        }
    }

    @Test(arguments: [
        "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n": 404,
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 200-ok\r\n\r\n": 417,
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue, x\r\n\r\n": 417,
    ])
    func `no 100 comes for a request that will not be accepted`(_ text: String, _ status: Int) async throws {
        try await withServer(.answering()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(text)
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response["connection"] == "close")
            try await client.end()
        }
    }

    @Test func `HTTP/1.0 gets no 100`() async throws {
        try await withServer(.answering()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST /a HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            try await client.send("abc")
            #expect(try await client.response().status == 200)
            try await client.end()
        }
    }

    @Test func `a request with a body that is merely unwelcome keeps the connection open`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            // What would be a request of its own if the body were not passed over.
            let body = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
            try await client.send("POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            try await client.send(body)
            #expect(try await client.response().status == 404)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response().status == 200)
            #expect(dispatcher.submittedCount == 1)
            await client.close()
        }
    }

    @Test(arguments: [
        ("POST /none", 404), ("POST *", 400), ("OPTIONS *", 204), ("TRACE /a", 405), ("CONNECT h:80", 405),
    ])
    func `what the head alone is refused for is the answer, whatever is wrong with the body`(
        start: String, status: Int
    ) throws {
        for body in [
            "transfer-encoding: chunked\r\n\r\nzz\r\n",
            "transfer-encoding: chunked\r\n\r\n14\r\n0123456789012345678\r\n",
            "transfer-encoding: chunked\r\n\r\n0\r\nhost: x\r\n\r\n", "content-length: 3\r\n\r\na",
        ] {
            let connection = try EmbeddedConnection(settings: Self.settings())
            try connection.send("\(start) HTTP/1.1\r\nhost: h\r\n\(body)")
            connection.advance(.seconds(31))
            let (responses, _) = try connection.responses()
            #expect(responses.map(\.status) == [status])
            #expect(responses.first?["connection"] == "close")
        }
    }

    @Test func `a head that is too large is told so, whatever is wrong with its lines`() throws {
        let large = String(repeating: "a", count: 20_000)
        for line in ["y: \0\r\n", "y: \u{1}\r\n", "y: a\rb\r\n", "y: a\n"] {
            let connection = try EmbeddedConnection()
            let head = Array("GET /a HTTP/1.1\r\nhost: h\r\n\(line)x: \(large)\r\n\r\n".utf8)
            // As it is read from a socket.
            try connection.send(head, inPiecesOf: 2048)
            #expect(try connection.responses().responses.map(\.status) == [431])
        }
    }

    @Test func `an error in the head is answered with the client's request id, and as text where that is preferred`()
        throws
    {
        for rest in ["\r\n", "bad line\r\n\r\n", "host: h\r\ncontent-length: x\r\n\r\n", "y: \0\r\n\r\n", "y: \0"] {
            let connection = try EmbeddedConnection()
            try connection.send("GET /a HTTP/1.1\r\nX-Request-ID: mine\r\naccept: text/plain\r\n\(rest)")
            let response = try #require(try connection.responses().responses.first)
            #expect(response.status == 400 && response["x-request-id"] == "mine")
            #expect(response["content-type"]?.hasPrefix("text/plain") == true)
        }
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nx-request-id: one\r\nx-request-id: two\r\n\r\n")
        let response = try #require(try connection.responses().responses.first)
        #expect(response["x-request-id"] != "one" && response["x-request-id"] != "two")
    }
}
