import Glibc
import ProcessSupport
import Testing

/// The end of a gateway that has connections of HTTP/2.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HTTP2EndingTests {
    @Test func `In a drain what is open is answered, and then the connection ends`() async throws {
        let gateway = try await HTTP2Gateway()
        let slow = try await gateway.programs.obedientWorker("mdp", "slow", of: gateway.gateway)
        try await gateway.gateway.program.errors.wait(for: "worker registered", "service=slow")
        let process = gateway.gateway.program
        async let served: Void = gateway.withClient { client in
            for step in [Step.request(1), .answer(1), .request(3, "GET", "/slow/wait")] { try step.run(client) }
            try client.wait(for: "GOAWAY") { !client.goAways.isEmpty }
            #expect(client.goAways.allSatisfy { $0.code == .noError && $0.last >= 3 })
            try Step.answer(3) { $0.text == "answered /slow/wait\n" ? nil : "another body" }.run(client)
            try Step.closed.run(client)
            #expect(client.goAways.last?.last == 3)
        }
        async let idle: Void = gateway.withClient { client in
            for step in [Step.request(1), .answer(1), .closed] { try step.run(client) }
            #expect(client.goAways.last?.code == .noError)
        }
        try await slow.output.wait(for: "request GET /slow/wait")
        process.signal(SIGTERM)
        try await idle
        try await process.errors.wait(for: "draining")
        slow.enter("answer")
        try await served
        #expect(try await process.ending() == .exited(0))
    }

    @Test func `A body that is still on its way when a drain begins is read, and answered`() async throws {
        let gateway = try await HTTP2Gateway()
        let process = gateway.gateway.program
        try await gateway.withClient { client in
            for step in [
                Step.request(1, "POST", "/probe/echo", end: false), .data(1, "a", end: false), .pong(),
            ] { try step.run(client) }
            process.signal(SIGTERM)
            try client.wait(for: "GOAWAY") { !client.goAways.isEmpty }
            for step in [Step.data(1, "b"), .answer(1, body: "ab"), .closed] { try step.run(client) }
        }
        #expect(try await process.ending() == .exited(0))
    }

    @Test func `In a drain under load every request up to the last stream is answered, and none after it`() async throws
    {
        let gateway = try await HTTP2Gateway()
        let port = gateway.port
        let process = gateway.gateway.program
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<6 {
                group.addTask {
                    try await HTTP2Gateway.onThread {
                        let client = try HTTP2Client(port: port)
                        var next: UInt32 = 1
                        while client.goAways.isEmpty, next < 40_000 {
                            for _ in 0..<10 {
                                try Step.request(next, "POST", "/probe/echo", end: false).run(client)
                                try Step.data(next, "\(next)").run(client)
                                next += 2
                            }
                            let newest = next - 2
                            try client.wait(for: "an answer on stream \(newest), or GOAWAY") {
                                client.streams[newest]?.isOver == true || !client.goAways.isEmpty
                            }
                            if next == 201, number == 0 { process.signal(SIGTERM) }
                        }
                        try Step.closed.run(client)
                        let last = try #require(client.goAways.last)
                        #expect(last.code == .noError)
                        for stream in stride(from: 1, to: next, by: 2) {
                            let answer = client.streams[stream]
                            if stream <= last.last {
                                #expect(answer?.status == 200 && answer?.text == "\(stream)", "\(stream) of \(last)")
                            } else {
                                #expect(answer?.status == nil, "\(stream) of \(last)")
                            }
                        }
                        return client.streams.count
                    }
                }
            }
            for try await count in group { #expect(count > 0) }
        }
        #expect(try await process.ending() == .exited(0))
    }

    @Test func `A request after GOAWAY harms nobody, whether it is answered or not`() async throws {
        let gateway = try await HTTP2Gateway()
        let slow = try await gateway.programs.obedientWorker("mdp", "slow", of: gateway.gateway)
        try await gateway.gateway.program.errors.wait(for: "worker registered", "service=slow")
        let process = gateway.gateway.program
        async let served: Void = gateway.withClient { client in
            try Step.request(1, "GET", "/slow/wait").run(client)
            try client.wait(for: "GOAWAY") { !client.goAways.isEmpty }
            try client.send(
                .headers(3, HeaderBlock.request("POST", "/probe/echo").bytes, end: false), .data(3, [1, 2]),
                .headers(5, HeaderBlock.request().bytes), .ping(77))
            try client.wait(for: "an answer to PING") { !client.pongs.isEmpty }
            slow.enter("answer")
            try Step.answer(1) { $0.text == "answered /slow/wait\n" ? nil : "another body" }.run(client)
            try Step.closed.run(client)
            let last = client.goAways.last?.last ?? 0
            for stream in [UInt32(3), 5] where stream > last { #expect(client.streams[stream]?.status == nil) }
        }
        try await slow.output.wait(for: "request GET /slow/wait")
        process.signal(SIGTERM)
        try await served
        #expect(try await process.ending() == .exited(0))
    }

    /// What a client may leave unfinished while the gateway drains.
    @Test(arguments: [
        [Step.request(1, "GET", "/probe/bytes/50000"), .head(1)],
        [.request(1, "GET", "/probe/stream/5000000"), .head(1)],
        [.request(1, "POST", "/probe/echo", end: false), .pong()],
        [.pong(), .send(.headers(1, HeaderBlock.request().bytes, complete: false))],
        [.request(1, "GET", "/probe/hold/drain"), .pong()],
    ])
    func `Who does not go on holds up a drain no longer than the option says`(steps: [Step]) async throws {
        let gateway = try await HTTP2Gateway("--drain-timeout", "600ms")
        let process = gateway.gateway.program
        try await gateway.withClient(settings: [.initialWindowSize(0)]) { client in
            client.givesRoom = false
            for step in steps { try step.run(client) }
            process.signal(SIGTERM)
            try Step.closed.run(client)
        }
        _ = try await process.ending()
    }

    /// A record of a connection that nobody ends would hold up the drain for as long as it may take.
    @Test func `Clients that reset while they are told of their fault leave nothing behind for a drain to wait for`()
        async throws
    {
        let gateway = try await HTTP2Gateway("--drain-timeout", "10m")
        let port = gateway.port
        try await HTTP2Gateway.onThread {
            // SETTINGS, and a PING that is too short.
            let fault = HTTP2Client.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, 1, 6, 0, 0, 0, 0, 0, 0]
            for _ in 0..<30 {
                let socket = try RawSocket(port: port)
                #expect(socket.write(fault[...]) == fault.count)
                #expect(socket.wait(until: .now + HTTP2Client.patience, writing: false) == .readable)
                socket.end(byReset: true)
            }
        }
        let process = gateway.gateway.program
        process.signal(SIGTERM)
        #expect(try await process.ending() == .exited(0))
    }
}
