import Glibc
import ProcessSupport
import Testing

/// What a gateway of its own is needed for: limits and times.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HTTP2LimitTests {
    @Test func `Without being told so the gateway speaks no HTTP/2 without TLS`() async throws {
        let programs = Programs()
        let gateway = try await programs.gateway("--demo-workers", "0")
        let answer = try await RawExchange.answer(
            to: HTTP2Client.preface + RawFrame.settings().bytes, port: gateway.port)
        #expect(answer.hasPrefix("HTTP/1.1 505 "))
    }

    @Test func `As many streams are allowed as the option says`() async throws {
        let gateway = try await HTTP2Gateway("--max-streams", "5")
        try await gateway.withClient { client in
            #expect(client.serverSettings[3] == 5)
            for step in [
                Step.times(5) { [.request(UInt32(2 * $0 + 1), "POST", "/probe/echo", end: false)] }, .request(11),
                .reset(11, .refusedStream), .data(1, "x"), .answer(1, body: "x"), .request(13), .answer(13),
            ] { try step.run(client) }
        }
    }

    @Test func `Who comes after SIGHUP is told of another number of streams, and who was there keeps to the old one`()
        async throws
    {
        let file = try TemporaryFile("max-streams: 3\n")
        let gateway = try await HTTP2Gateway("--config", file.path)
        let process = gateway.gateway.program
        try await gateway.withClient { first in
            try file.replace(with: "max-streams: 2\n")
            process.signal(SIGHUP)
            while try HTTP2Client(port: first.port).serverSettings[3] != 2 {}
            for step in [
                Step.times(3) { [.request(UInt32(2 * $0 + 1), "POST", "/probe/echo", end: false)] }, .request(7),
                .reset(7, .refusedStream), .data(5, "x"), .answer(5, body: "x"),
            ] { try step.run(first) }
        }
    }

    @Test func `A connection over the limit gets 503 on its first stream, and then GOAWAY`() async throws {
        let gateway = try await HTTP2Gateway("--max-connections", "1")
        try await gateway.withClient { first in
            for step in [Step.request(), .answer()] { try step.run(first) }
            let second = try HTTP2Client(port: first.port)
            try Step.request().run(second)
            try Step.problem(1, 503, "too-many-connections").run(second)
            try second.wait(for: "GOAWAY") { !second.goAways.isEmpty }
            #expect(second.goAways.allSatisfy { $0.code == .noError })
            #expect(second.headsBeforeGoAway == 1)
            try Step.closed.run(second)
            for step in [Step.request(3), .answer(3)] { try step.run(first) }
        }
    }

    @Test func `A body that does not come is 408 on its stream, and the others go on`() async throws {
        let gateway = try await HTTP2Gateway("--body-timeout", "300ms")
        try await gateway.withClient { client in
            for step in [
                Step.request(1, "POST", "/probe/echo", end: false), .data(1, "a", end: false), .request(3), .answer(3),
                .problem(1, 408, "timeout-request"), .request(5), .answer(5),
            ] { try step.run(client) }
        }
    }

    @Test func `An answer that does not come is 504 on its stream, and the others go on`() async throws {
        let gateway = try await HTTP2Gateway("--request-timeout", "300ms")
        try await gateway.withClient { client in
            for step in [
                Step.request(1, "GET", "/probe/hold/late"), .request(3), .answer(3),
                .problem(1, 504, "timeout-worker"), .request(5), .answer(5),
            ] { try step.run(client) }
        }
    }

    /// Beginnings of a connection that stop before a request is whole.
    private static let beginnings: [[UInt8]] = {
        let start = HTTP2Client.preface + RawFrame.settings().bytes
        let block = HeaderBlock.request().bytes
        return [
            HTTP2Client.preface.dropLast(3), HTTP2Client.preface, start.dropLast(2),
            start + RawFrame.headers(1, block, complete: false).bytes,
            start + RawFrame.headers(1, block).bytes.dropLast(1),
        ]
    }()

    @Test(arguments: beginnings)
    func `Who does not go on to the end of a head is closed`(beginning: [UInt8]) async throws {
        let gateway = try await HTTP2Gateway("--header-timeout", "300ms", "--idle-timeout", "10m")
        let port = gateway.port
        try await HTTP2Gateway.onThread {
            let client = try HTTP2Client(port: port, shakesHands: false, expectsPlainText: beginning.count < 24)
            try client.send(raw: beginning)
            try Step.closed.run(client)
            #expect(client.streams[1]?.status == nil)
        }
        try await gateway.withClient { try Step.pong().run($0) }
    }

    /// Sends bytes one by one, with a pause between them. The time itself is what is tested.
    private static func trickle(_ bytes: [UInt8], to client: HTTP2Client) throws {
        for byte in bytes where !client.isClosed {
            try client.send(raw: [byte])
            _ = client.socket.wait(until: .now + .milliseconds(60), writing: false)
            try client.read()
        }
    }

    @Test func `Who sends a head byte by byte gets no more time for it than others`() async throws {
        let gateway = try await HTTP2Gateway("--header-timeout", "500ms", "--idle-timeout", "10m")
        try await gateway.withClient { client in
            // A request that is under way on the connection is no reason to wait.
            try Step.request(1, "GET", "/probe/hold/trickle").run(client)
            try Self.trickle(RawFrame.headers(3, HeaderBlock.request().bytes).bytes, to: client)
            try client.wait(for: "the end of the connection or of the stream") {
                client.isClosed || client.streams[3]?.isOver == true
            }
            #expect(client.streams[3]?.status != 200)
        }
    }

    @Test func `Who sends a body byte by byte gets no more time for it than others`() async throws {
        let gateway = try await HTTP2Gateway("--body-timeout", "500ms")
        try await gateway.withClient { client in
            try Step.request(1, "POST", "/probe/echo", end: false).run(client)
            for _ in 0..<60 where client.streams[1]?.isOver != true {
                try Self.trickle(RawFrame.data(1, [1], end: false).bytes, to: client)
            }
            for step in [Step.problem(1, 408, "timeout-request"), .request(3), .answer(3)] { try step.run(client) }
        }
    }

    @Test(arguments: ["/probe/bytes/5000", "/probe/stream/5000000"])
    func `Who gives no room for an answer does not keep it for ever`(path: String) async throws {
        let gateway = try await HTTP2Gateway("--idle-timeout", "500ms", "--stream-idle-timeout", "500ms")
        try await gateway.withClient(settings: [.initialWindowSize(0)]) { client in
            client.givesRoom = false
            for step in [Step.request(1, "GET", path), .head(1)] { try step.run(client) }
            try client.wait(for: "the end of the stream or of the connection") {
                client.isClosed || client.streams[1]?.reset != nil
            }
        }
    }

    /// No room can be given on a connection whose other side has ended.
    @Test(arguments: ["/probe/bytes/50000", "/probe/stream/5000000", "/plain/stream/50000"])
    func `Who ends its connection while an answer waits for room leaves nothing behind`(path: String) async throws {
        let gateway = try await HTTP2Gateway()
        try await gateway.withClient(settings: [.initialWindowSize(100)]) { client in
            client.givesRoom = false
            for step in [Step.request(1, "GET", path), .bytes(1, 100)] { try step.run(client) }
            client.socket.end()
        }
        try await gateway.wait(for: "webgateway_connections", toBe: 0)
        try await gateway.wait(for: "webgateway_in_flight", toBe: 0)
    }

    @Test func `Who gives room byte by byte is served as long as it does`() async throws {
        let gateway = try await HTTP2Gateway("--idle-timeout", "1500ms", "--stream-idle-timeout", "1500ms")
        try await gateway.withClient(settings: [.initialWindowSize(1)]) { client in
            client.givesRoom = false
            try Step.request(1, "GET", "/probe/bytes/25").run(client)
            for number in 1..<25 {
                try Step.bytes(1, number).run(client)
                _ = client.socket.wait(until: .now + .milliseconds(100), writing: false)
                try client.send(.windowUpdate(1, 1))
            }
            try Step.answer().run(client)
        }
    }

    @Test func `An idle connection is told GOAWAY and closed, and one that waits for its answer is not`() async throws {
        let gateway = try await HTTP2Gateway("--idle-timeout", "1s")
        try await gateway.withClient { client in
            try Step.request(1, "GET", "/probe/hold/idle").run(client)
            let idle = try HTTP2Client(port: client.port)
            for step in [Step.request(), .answer(), .closed] { try step.run(idle) }
            #expect(idle.goAways.contains { $0.code == .noError })
            for step in [
                Step.pong(), .request(3, "GET", "/probe/release/idle"), .answer(3), .answer(1, body: "released"),
            ] { try step.run(client) }
        }
    }

    @Test func `When the worker dies every stream comes to an end, and the connection goes on`() async throws {
        let gateway = try await HTTP2Gateway("--heartbeat", "200ms", "--worker-grace", "100ms", "--retries", "0")
        let worker = gateway.worker
        try await gateway.withClient(settings: [.initialWindowSize(1000)]) { client in
            client.givesRoom = false
            try Step.request(1, "GET", "/probe/stream/5000000").run(client)
            try Step.bytes(1, 1000).run(client)
            for stream in stride(from: UInt32(3), to: 21, by: 2) {
                try Step.request(stream, "GET", "/probe/hold/\(stream)").run(client)
            }
            try Step.request(21, "POST", "/probe/echo", end: false).run(client)
            for step in [Step.request(23, "GET", "/probe/await/19"), .answer(23)] { try step.run(client) }
            worker.signal(SIGKILL)
            for stream in stride(from: UInt32(3), to: 21, by: 2) {
                try client.wait(for: "an end of stream \(stream)") { client.streams[stream]?.isOver == true }
                #expect(client.streams[stream]?.status.map { $0 >= 500 } == true)
            }
            client.givesRoom = true
            try client.send(.settings(.initialWindowSize(8_000_000)), .windowUpdate(0, 8_000_000))
            try client.wait(for: "an end of stream 1") { client.streams[1]?.isOver == true }
            // Cut, as there is nobody to send the rest of it.
            #expect(client.streams[1]?.reset != nil)
            for step in [Step.data(21, "x"), .answer(21, 503, where: { _ in nil }), .pong()] { try step.run(client) }
        }
        try await gateway.wait(for: "webgateway_in_flight", toBe: 0)
    }

    @Test func `A slow reader does not hold up a fast one beside it`() async throws {
        let gateway = try await HTTP2Gateway()
        try await gateway.withClient(receiveBuffer: 4096) { slow in
            slow.givesRoom = false
            try slow.send(.windowUpdate(0, 10_000_000), .settings(.initialWindowSize(10_000_000)))
            for step in [Step.acknowledgments(2), .request(1, "GET", "/probe/stream/3000000"), .head(1)] {
                try step.run(slow)
            }
            let fast = try HTTP2Client(port: slow.port)
            for number in 0..<20 {
                let stream = UInt32(2 * number + 1)
                try Step.request(stream, "GET", "/probe/stream/500000").run(fast)
                try Step.answer(stream) { $0.body.count == 500_000 ? nil : "\($0.body.count) bytes" }.run(fast)
                // A little of what waits, now and then.
                try slow.read()
            }
            try Step.answer(1) { $0.body.count == 3_000_000 ? nil : "\($0.body.count) bytes" }.run(slow)
        }
    }

    @Test func `Fifty connections with twenty streams each get their own answers`() async throws {
        let gateway = try await HTTP2Gateway()
        let port = gateway.port
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<50 {
                group.addTask {
                    try await HTTP2Gateway.onThread {
                        let client = try HTTP2Client(port: port)
                        for round in 0..<3 {
                            let streams = (0..<20).map { UInt32(40 * round + 2 * $0 + 1) }
                            for stream in streams {
                                try Step.request(stream, "POST", "/probe/echo", end: false).run(client)
                            }
                            for stream in streams { try Step.data(stream, "\(connection) \(stream)").run(client) }
                            for stream in streams {
                                try Step.answer(stream, body: "\(connection) \(stream)").run(client)
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
