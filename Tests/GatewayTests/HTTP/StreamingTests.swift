import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct `Streamed responses` {
    static let head = ReplyHead(status: 200, fields: [.init(name: "content-type", value: "text/event-stream")])

    @Test func `go out as chunks, each as soon as it comes`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            let next = await dispatcher.request()
            dispatcher.reply(to: next, "next")
            dispatcher.send(.begin(Self.head, piece: ""), for: request)
            dispatcher.send(.piece("one"), for: request)
            try await client.waitForEnding("3\r\none\r\n")
            dispatcher.send(.piece(""), .piece("two"), .end("three"), for: request)
            let response = try await client.response()
            #expect(response.text == "onetwothree")
            #expect(response.isComplete)
            #expect(!response.has("content-length"))
            #expect(try await client.response().text == "next")
            #expect(dispatcher.cancelledCount == 0)
            await client.close()
        }
    }

    @Test func `to HTTP/1.0 end with the connection`() async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.begin(Self.head, piece: "a"), .piece("b"), .end("c"), for: request)
        }
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let response = try await client.response()
            #expect(response.text == "abc")
            #expect(!response.has("transfer-encoding"))
            #expect(response["connection"] == "close")
        }
    }

    @Test func `that are cut end without the last chunk`() async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.begin(Self.head, piece: "a"), .cut, for: request)
        }
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let response = try await client.response()
            #expect(response.text == "a")
            #expect(!response.isComplete)
        }
    }

    @Test func `that are cut to HTTP/1.0 end with a reset`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.0\r\n\r\n")
            let request = await dispatcher.request()
            dispatcher.send(.begin(Self.head, piece: "a"), for: request)
            try await client.waitForEnding("\r\n\r\na")
            dispatcher.send(.cut, for: request)
            await #expect(throws: RawClient.Ended.self) { try await client.end() }
        }
    }

    @Test func `to HEAD are their head alone, and the rest is cancelled`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            dispatcher.send(.begin(Self.head, piece: "a"), for: request)
            #expect(try await client.response(isHead: true).status == 200)
            #expect(await dispatcher.cancellation() == request.id)
            dispatcher.send(.end("b"), for: request)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            dispatcher.reply(to: await dispatcher.request(), "c")
            #expect(try await client.response().text == "c")
            await client.close()
        }
    }

    @Test func `to HEAD that come in one batch go out at once`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.first)
        connection.deliver(.begin(Self.head, piece: "a"), .piece("b"), .end("c"), for: request)
        let (responses, rest) = try connection.responses(isHead: true)
        #expect(responses.map(\.status) == [200])
        #expect(rest.isEmpty)
    }

    @Test func `to a client that goes away are cancelled`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            dispatcher.send(.begin(Self.head, piece: "a"), for: request)
            try await client.waitForBytes(1)
            await client.close()
            dispatcher.send(.piece("b"), for: request)
            dispatcher.send(.piece("c"), for: request)
            #expect(await dispatcher.cancellation() == request.id)
        }
    }

    @Test func `go on to a client that only ceased to send`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            dispatcher.send(.begin(Self.head, piece: "a"), for: request)
            try await client.waitForBytes(1)
            try await client.closeOutput()
            dispatcher.send(.piece("b"), .end("c"), for: request)
            let response = try await client.response()
            #expect(response.text == "abc")
            #expect(response.isComplete)
            try await client.end()
        }
    }

    @Test(arguments: [true, false])
    func `to a slow reader are cut and cancelled before memory grows`(_ isFirst: Bool) async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 64 << 10
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4096)
            // Not being the first, the stream waits for an answer that does not come.
            if !isFirst {
                try await client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = await dispatcher.request()
            }
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            let piece = Frame([UInt8](repeating: 0x61, count: 16 << 10))
            dispatcher.send(.begin(Self.head, piece: piece), for: request)
            var sent = 1
            while dispatcher.cancelledCount == 0 {
                dispatcher.send(.piece(piece), for: request)
                sent += 1
                await Task.yield()
            }
            #expect(await dispatcher.cancellation() == request.id)
            await client.close()
        }
    }

    @Test func `to a client that reads are reported as taken, so that the worker may go on`() async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 64 << 10
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 64 << 10)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            let piece = Frame([UInt8](repeating: 0x61, count: 16 << 10))
            dispatcher.send(.begin(Self.head, piece: ""), for: request)
            // As much as a worker with that credit may send. The kernel's buffers hold a few of these 12 MiB; then
            // nothing is reported until the client reads.
            var sent = 0
            var waited = 0
            while sent < 12 << 20 {
                if sent - dispatcher.takenBytes(of: request) + piece.count <= settings.responseBuffer {
                    dispatcher.send(.piece(piece), for: request)
                    sent += piece.count
                    waited = 0
                } else {
                    await Task.yield()
                    waited += 1
                    if waited == 1000 { try await client.startReading() }
                }
            }
            dispatcher.send(.end("z"), for: request)
            try await client.waitForBytes(sent)
            #expect(try await client.response().body.count == sent + 1)
            #expect(dispatcher.cancelledCount == 0)
            await client.close()
        }
    }

    @Test func `of one large piece to a client that reads are not cut`() async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 4096
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.begin(Self.head, piece: Frame([UInt8](repeating: 0x61, count: 20_000))), for: request)
            dispatcher.send(.end("z"), for: request)
        }
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let response = try await client.response()
            #expect(response.body.count == 20_001)
            #expect(response.isComplete)
            await client.close()
        }
    }

    @Test func `a whole reply larger than the buffer waits for a slow reader and arrives whole`() async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 64 << 10
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) }
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.reply(ReplyHead(status: 200), body: Frame(body)), for: request)
        }
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4096)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = await dispatcher.request()
            try await client.startReading()
            try await client.waitForBytes(6_000_000)
            #expect(try await client.response().body == body)
            #expect(try await client.response().body == body)
            await client.close()
        }
    }
}
