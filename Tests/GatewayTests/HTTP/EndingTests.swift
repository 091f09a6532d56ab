import Gateway
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOPosix
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct `Times, limits and the end of connections` {
    static func settings(_ change: (inout HTTPSettings) -> Void) -> HTTPSettings {
        var settings = HTTPSettings()
        change(&settings)
        return settings
    }

    @Test func `a connection over the limit is answered 503 and closed`() async throws {
        try await withServer(.answering(), settings: Self.settings { $0.maximumConnections = 1 }) { server, port in
            let first = try await RawClient.connect(to: port)
            try await first.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await first.response().status == 200)
            let second = try await RawClient.connect(to: port)
            let refusal = try await second.response()
            #expect(refusal.status == 503)
            #expect(refusal.text.contains("too-many-connections"))
            #expect(refusal["connection"] == "close")
            try await second.end()
            await second.close()
            await first.close()
            while server.connectionCount > 0 { await Task.yield() }
            let third = try await RawClient.connect(to: port)
            try await third.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await third.response().status == 200)
            await third.close()
        }
    }

    @Test(arguments: [true, false]) func `a server that has ended holds nothing any more`(drains: Bool) async throws {
        weak var dispatcher: FakeDispatcher?
        do {
            let answering = FakeDispatcher.answering()
            dispatcher = answering
            try await withServer(answering) { server, port in
                let client = try await RawClient.connect(to: port)
                try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await client.response().status == 200)
                await client.close()
                if drains { await server.drain(within: .seconds(60)) }
            }
        }
        // The handler of the connection goes with the last turn of its event loop.
        while dispatcher != nil { await Task.yield() }
    }

    @Test func `an idle connection is closed without a word, when it has been idle long enough`() throws {
        let connection = try EmbeddedConnection()
        connection.advance(.seconds(74))
        try connection.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n")
        connection.advance(.seconds(74))
        #expect(connection.isOpen)
        #expect(try connection.responses().responses.count == 1)
        connection.advance(.seconds(2))
        #expect(!connection.isOpen)
        #expect(try connection.responses().rest.isEmpty)
    }

    @Test func `a request whose client is found gone amid a batch of pieces is cancelled`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.first)
        connection.deliver(.begin(.plainText, piece: "x"), for: request)
        try connection.breakSocket()
        // The second does not fit with the first into what is written at a time.
        let piece = Frame([UInt8](repeating: 0x61, count: 300 << 10))
        connection.deliver(.piece(piece), .piece(piece), .piece("x"), for: request)
        #expect(!connection.isOpen)
        #expect(connection.dispatcher.cancelled == [request.id])
    }

    @Test func `a connection that waits for a worker is not idle`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        connection.advance(.hours(1))
        #expect(connection.isOpen)
        connection.deliver(.reply(.plainText, body: "x"), for: try #require(connection.dispatcher.submitted.first))
        #expect(try connection.responses().responses.count == 1)
        connection.advance(.seconds(74))
        #expect(connection.isOpen)
        connection.advance(.seconds(2))
        #expect(!connection.isOpen)
    }

    @Test(arguments: [
        ("G", 10), ("GET /a HTTP/1.1\r\nHost: h\r\n", 10), ("GET /none HTTP/1.1\r\nHost: h\r\n\r\nG", 10),
        ("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na", 30),
        ("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n", 30),
    ])
    func `a request that does not come in time is answered 408`(_ text: String, _ seconds: Int64) throws {
        let connection = try EmbeddedConnection()
        try connection.send(text)
        connection.advance(.seconds(seconds) - .milliseconds(1))
        #expect(connection.isOpen)
        connection.advance(.milliseconds(2))
        let response = try #require(try connection.responses().responses.last)
        #expect(response.status == 408)
        #expect(response["connection"] == "close")
        #expect(!connection.isOpen)
        #expect(connection.dispatcher.submitted.isEmpty)
    }

    @Test func `a head that trickles in does not get more time with each byte`() throws {
        let connection = try EmbeddedConnection()
        for byte in "GET /aaaaaa".utf8 {
            try connection.send([byte])
            connection.advance(.seconds(1))
        }
        #expect(try connection.responses().responses.first?.status == 408)
    }

    @Test func `a drain answers what is in flight, closes idle connections and accepts no more`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { server, port in
            let idle = try await RawClient.connect(to: port)
            try await idle.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await idle.response().status == 404)
            let busy = try await RawClient.connect(to: port)
            try await busy.send("GET /a/1 HTTP/1.1\r\nHost: h\r\n\r\nGET /a/2 HTTP/1.1\r\nHost: h\r\n\r\n")
            let requests = [await dispatcher.request(), await dispatcher.request()]
            let halfway = try await RawClient.connect(to: port)
            try await halfway.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await halfway.response().status == 100)

            async let ended = server.drain(within: .seconds(30))
            #expect(try await idle.end().isEmpty)
            await idle.close()
            // The port is free now, so that whoever accepts there, if anybody does, is another test's server.
            let connections = server.connectionCount
            let stranger = try? await RawClient.connect(to: port)
            #expect(server.connectionCount <= connections)
            await stranger?.close()
            dispatcher.reply(to: requests[0], "one")
            dispatcher.reply(to: requests[1], "two")
            let first = try await busy.response()
            #expect(first.text == "one")
            #expect(!first.has("connection"))
            let second = try await busy.response()
            #expect(second.text == "two")
            #expect(second["connection"] == "close")
            try await busy.end()
            await busy.close()
            try await halfway.send("abc")
            dispatcher.reply(to: await dispatcher.request(), "three")
            #expect(try await halfway.response()["connection"] == "close")
            try await halfway.end()
            await halfway.close()
            #expect(await ended)
        }
    }

    @Test func `a drain ends at its limit, and what is left is cancelled`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { server, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            #expect(await server.drain(within: .milliseconds(20)) == false)
            #expect(await dispatcher.cancellation() == request.id)
            _ = try? await client.end()
        }
    }

    @Test(arguments: [true, false])
    func `a body that ends with the connection does not look whole when the server ends amid it`(
        drains: Bool
    ) async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { server, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.0\r\n\r\n")
            let request = await dispatcher.request()
            dispatcher.send(.begin(.plainText, piece: "a"), .piece("b"), for: request)
            try await client.waitForEnding("\r\n\r\nab")
            if drains {
                #expect(await server.drain(within: .milliseconds(20)) == false)
            } else {
                await server.stop()
            }
            await #expect(throws: RawClient.Ended.self) { try await client.end() }
        }
    }

    @Test func `nor when the server ends before a slow reader has the last of it`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { server, port in
            async let result = PacedReader(port: port, request: "GET /a HTTP/1.0\r\n\r\n").read()
            let request = await dispatcher.request()
            // The kernel takes a part of it.
            let piece = Frame([UInt8](repeating: 0x61, count: 24 << 20))
            dispatcher.send(.begin(.plainText, piece: piece), .end(""), for: request)
            await server.stop()
            let read = await result
            #expect(read.isReset, "\(read.bytes.count) bytes came")
        }
    }

    @Test func `an address in use is an error`() async throws {
        try await withServer(.answering()) { _, port in
            let other = HTTPServer(group: .singleton, services: ServiceDirectory())
            await #expect(throws: (any Error).self) {
                try await other.start(
                    on: [ListenAddress(host: "127.0.0.1", port: 0), ListenAddress(host: "127.0.0.1", port: port)],
                    dispatcher: FakeDispatcher())
            }
        }
    }

    @Test func `an observer learns of every finished request`() async throws {
        let observer = RecordingObserver()
        let dispatcher = FakeDispatcher { request, dispatcher in
            if request.service == "a" {
                dispatcher.reply(to: request, "hello")
            } else if !request.headText.contains("/b/wait") {
                dispatcher.send(.begin(ReplyHead(status: 201), piece: "abc"), .cut, for: request)
            }
        }
        try await withServer(dispatcher, observer: observer) { _, port in
            var client = try await RawClient.connect(to: port)
            try await client.send("POST /a?q HTTP/1.1\r\nHost: h\r\nX-Request-Id: i\r\nContent-Length: 2\r\n\r\nxy")
            _ = try await client.response()
            var record = await observer.records.next()
            #expect(record.method == "POST" && record.target == "/a?q" && record.service == "a")
            #expect(record.status == 200 && record.failure == nil && record.outcome == .answered)
            #expect(record.bytesIn == 2 && record.bytesOut == 5 && record.requestID == "i")
            #expect(record.microseconds >= 0)
            try await client.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            record = await observer.records.next()
            #expect(record.status == 404 && record.failure == .unknownService && record.service == nil)
            record = await observer.records.next()
            #expect(record.status == 201 && record.bytesOut == 3 && record.outcome == .cut)
            await client.close()
            client = try await RawClient.connect(to: port)
            try await client.send("GET /b/wait HTTP/1.1\r\nHost: h\r\n\r\n")
            while await dispatcher.request().headText.contains("/b/wait") == false {}
            await client.close()
            record = await observer.records.next()
            #expect(record.outcome == .abandoned && record.status == nil && record.target == "/b/wait")
        }
    }
}

final class RecordingObserver: RequestObserver {
    let records = Arrivals<FinishedRequest>()

    func requestFinished(_ request: borrowing FinishedRequest) { records.add(copy request) }
}
