import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

/// A connection over a real socket.
@Suite(.timeLimit(.minutes(5))) struct `A connection of HTTP/1` {
    @Test func `stays open for further requests`() async throws {
        try await withServer(.answering()) { _, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<3 {
                try await client.send("GET /a/x HTTP/1.1\r\nHost: h\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 200)
                #expect(response.text == "hello")
                #expect(response["content-type"] == "text/plain; charset=utf-8")
                #expect(response["content-length"] == "5")
                #expect(response["date"]?.hasSuffix(" GMT") == true)
                #expect(response["x-request-id"]?.isEmpty == false)
                #expect(!response.has("connection"))
            }
            await client.close()
        }
    }

    @Test func `ends when the client asks for it`() async throws {
        try await withServer(.answering()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n")
            #expect(try await client.response()["connection"] == "close")
            #expect(try await client.end().isEmpty)
        }
    }

    @Test func `of HTTP/1.0 ends after the answer unless the client wants it kept`() async throws {
        try await withServer(.answering()) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            #expect(try await client.response()["connection"] == "keep-alive")
            try await client.send("GET /a HTTP/1.0\r\n\r\n")
            let last = try await client.response()
            #expect(last["connection"] == "close")
            #expect(last.text == "hello")
            try await client.end()
        }
    }

    @Test func `answers pipelined requests in order, whatever the order of the replies`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send((0..<5).map { "GET /a/\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            var requests: [GatewayRequest] = []
            for _ in 0..<5 { requests.append(await dispatcher.request()) }
            for index in [4, 2, 0, 3, 1] { dispatcher.reply(to: requests[index], "answer \(index)") }
            for index in 0..<5 { #expect(try await client.response().text == "answer \(index)") }
            await client.close()
        }
    }

    @Test func `lets no more than the set number of pipelined requests wait`() async throws {
        var settings = HTTPSettings()
        settings.maximumPipelinedRequests = 2
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send((0..<6).map { "GET /a/\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            for index in 0..<6 {
                let request = await dispatcher.request()
                #expect(dispatcher.submittedCount - index <= 2)
                dispatcher.reply(to: request, "answer \(index)")
                #expect(try await client.response().text == "answer \(index)")
            }
            await client.close()
        }
    }

    @Test func `answers HEAD with the length and without the body`() async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in
            if request.headText.contains("/a/both") {
                dispatcher.send(.reply(ReplyHead(status: 200, contentLength: 77), body: "hello"), for: request)
            } else if request.headText.contains("/a/body") {
                dispatcher.reply(to: request, "hello")
            } else {
                dispatcher.send(.reply(ReplyHead(status: 200, contentLength: 77), body: Frame()), for: request)
            }
        }
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("HEAD /a/body HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response(isHead: true)["content-length"] == "5")
            try await client.send("HEAD /a/none HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response(isHead: true)["content-length"] == "77")
            try await client.send("HEAD /a/both HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response(isHead: true)["content-length"] == "77")
            try await client.send("HEAD /unknown HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.response(isHead: true).status == 404)
            #expect(client.received.isEmpty)
            await client.close()
        }
    }

    @Test func `hands a chunked body on whole, with its length, and reads the next request after it`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n3\r\nabc\r\n")
            try await client.send("a;x=y\r\n0123456789\r\n0\r\nx-sum: 13\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            let request = await dispatcher.request()
            #expect(String(request.body) == "abc0123456789")
            #expect(request.values(of: "content-length") == ["13"])
            #expect(request.values(of: "transfer-encoding").isEmpty)
            #expect(request.values(of: "trailer").isEmpty)
            #expect(await dispatcher.request().service == "b")
            #expect(try await client.response().status == 200)
            #expect(try await client.response().status == 200)
            await client.close()
        }
    }

    @Test func `hands a large body on unchanged`() async throws {
        let dispatcher = FakeDispatcher { request, dispatcher in
            dispatcher.send(.reply(ReplyHead(status: 200), body: request.body), for: request)
        }
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            for _ in 0..<2 {
                try await client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
                try await client.send(body)
                #expect(try await client.response().body == body)
            }
            await client.close()
        }
    }

    @Test func `keeps a good request id and replaces any other`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            let long = String(repeating: "x", count: 129)
            for (fields, kept) in [
                ("X-Request-Id: abc\r\n", "abc"), ("X-Request-Id: a b\r\n", nil), ("X-Request-Id: \(long)\r\n", nil),
                ("X-Request-Id: a\r\nX-Request-Id: a\r\n", nil), ("X-Request-Id:\r\n", nil), ("", nil),
            ] {
                try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
                let id = try await client.response()["x-request-id"] ?? ""
                #expect(await dispatcher.request().values(of: "x-request-id") == [id])
                if let kept { #expect(id == kept) } else { #expect(id.utf8.count == 15) }
            }
            await client.close()
        }
    }

    @Test func `tells the worker who asks, and where`() async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "GET http://h:1/a?q HTTP/1.1\r\nHost: h:1\r\nX-Forwarded-For: 9.9.9.9\r\nX-A: 1\r\nConnection: x-a\r\n\r\n"
            )
            let request = await dispatcher.request()
            #expect(request.headText.hasPrefix("GET /a?q HTTP/1.1\r\n"))
            #expect(request.values(of: "x-forwarded-for") == ["127.0.0.1"])
            #expect(request.values(of: "x-forwarded-proto") == ["http"])
            #expect(request.values(of: "x-forwarded-host") == ["h:1"])
            #expect(request.values(of: "x-a").isEmpty)
            #expect(request.isIdempotent)
            try await client.send("POST /a HTTP/1.0\r\n\r\n")
            let other = await dispatcher.request()
            #expect(other.values(of: "host") == ["127.0.0.1:\(port)"])
            #expect(!other.isIdempotent)
            await client.close()
        }
    }

    @Test func `whose client goes away before the answer cancels the request`() async throws {
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher) { _, port in
            for halfOnly in [false, true] {
                let client = try await RawClient.connect(to: port)
                try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
                let request = await dispatcher.request()
                if halfOnly { try await client.closeOutput() } else { await client.close() }
                #expect(await dispatcher.cancellation() == request.id)
                dispatcher.reply(to: request, "too late")
                if halfOnly { #expect(try await client.end().isEmpty) }
            }
        }
    }
}
