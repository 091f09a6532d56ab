import NIOCore
import NIOPosix
import ProcessSupport
import SwiftZMQ
import Testing

/// Peers on the workers' endpoint that send what no worker may send.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileWorkerTests {
    let programs = Programs()
    let context: Context

    init() throws {
        context = try Context()
    }

    @Test(arguments: [
        ["HTTP/1.1 999 Far\r\n\r\n", "body"], ["HTTP/1.1 100 Continue\r\n\r\n", ""], ["2000\r\n\r\n", "body"],
        ["HTTP/1.1 200 OK\n\n", "bare line feeds"], ["HTTP/1.1 200 OK\r\nx: a\nb\r\n\r\n", ""],
        ["HTTP/1.1 200 OK\r\nx: a\u{0}b\r\n\r\n", ""], ["200 OK\r\nno colon\r\n\r\n", ""],
        ["200 OK\r\nbad name: x\r\n\r\n", ""], ["200 OK\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "two heads"],
        ["", "no head"], ["hello", "world"],
        ["200\r\nx: \(String(repeating: "y", count: 1 << 16))\r\n\r\n", "too long"],
    ])
    func `A reply with an invalid head is answered 502 and nothing of it gets through`(reply: [String]) async throws {
        let gateway = try await programs.gateway()
        let worker = try dealer(of: gateway)
        try await worker.send(["MDPW02", "\u{1}", "bad"])
        try await gateway.program.errors.wait(for: "worker registered", "service=bad ")
        async let answer = gateway.ask("GET", "/bad")
        let request = try await nextRequest(worker)
        try await worker.send(Message(["MDPW02", "\u{4}", request[2], ""] + reply.map { Frame($0) }))
        #expect(try await answer.status == 502)
        #expect(try await answer.code == "worker-reply-invalid")
        #expect(try await gateway.ask("GET", "/hello").status == 200)
    }

    @Test func `A REQ worker that numbers its requests is told of in the log, with the remedy`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try Request(context) {
            $0.linger = .zero
            $0.correlates = true
        }
        try worker.connect(gateway.workerEndpoint)
        try await worker.send(["READY", "numbered"])
        try await gateway.program.errors.wait(for: "peer refused", "ZMQ_REQ_CORRELATE")
        #expect(try await gateway.ask("GET", "/numbered").status == 404)
    }

    @Test func `A streaming worker without credit that overruns a client that does not read is cut and cancelled`()
        async throws
    {
        let gateway = try await programs.gateway("--demo-workers", "0", "--response-buffer", "64KiB")
        let worker = try dealer(of: gateway)
        try await worker.send(["MDPW02", "\u{1}", "flood", "cancel=1"])
        try await gateway.program.errors.wait(for: "worker registered", "service=flood ")
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .connect(host: "127.0.0.1", port: gateway.port).get()
        try await client.writeAndFlush(ByteBuffer(string: "GET /flood HTTP/1.1\r\nhost: h\r\n\r\n"))
        let request = try await nextRequest(worker)
        try await worker.send(["MDPW02", "\u{3}", request[2], "", "200\r\n\r\n", "first"])
        // The kernel's buffers hold a few megabytes before the gateway's own has to.
        let piece = Frame([UInt8](repeating: 0x61, count: 32 << 10))
        var isCancelled = false
        for _ in 0..<4096 where !isCancelled {
            try await worker.send(["MDPW02", "\u{3}", request[2], "", piece])
            while let message = try worker.tryReceive() {
                if message[1] == "\u{7}" { isCancelled = message[2] == request[2] }
            }
        }
        #expect(isCancelled)
        try await client.close()
    }

    @Test func `An invalid reply of a REQ worker is answered 502`() async throws {
        let gateway = try await programs.gateway()
        let worker = try Request(context) {
            $0.linger = .zero
            // The number that correlation puts in front is no part of the dialect.
            $0.correlates = false
        }
        try worker.connect(gateway.workerEndpoint)
        try await worker.send(["READY", "bad"])
        try await gateway.program.errors.wait(for: "worker registered", "service=bad ")
        async let answer = gateway.ask("GET", "/bad")
        #expect(String(try await worker.receive()[0]).hasPrefix("GET /bad HTTP/1.1\r\n"))
        try await worker.send(["hello", "world"])
        #expect(try await answer.status == 502)
        #expect(try await answer.code == "worker-reply-invalid")
    }

    @Test func `A reply to another's request reaches nobody`() async throws {
        let gateway = try await programs.gateway()
        let (honest, thief) = (try dealer(of: gateway), try dealer(of: gateway))
        try await honest.send(["MDPW02", "\u{1}", "honest"])
        try await thief.send(["MDPW02", "\u{1}", "thief"])
        for service in ["honest", "thief"] {
            try await gateway.program.errors.wait(for: "worker registered", "service=\(service) ")
        }
        async let answer = gateway.ask("GET", "/honest")
        let request = try await nextRequest(honest)
        try await thief.send(["MDPW02", "\u{4}", request[2], "", "200\r\n\r\n", "stolen"])
        // The gateway has taken the theft before anything that its sender sends later, such as a registration anew.
        try await thief.send(["MDPW02", "\u{1}", "thief"])
        try await gateway.program.errors.wait(for: "service=thief ", count: 2)
        try await honest.send(["MDPW02", "\u{4}", request[2], "", "200\r\n\r\n", "honest"])
        #expect(try await answer.text == "honest")
    }

    @Test func `Garbage on the workers' endpoint disturbs nobody`() async throws {
        let gateway = try await programs.gateway("--access-log", "off")
        let connection = try await HTTPConnection.open(to: gateway.port)
        var random = SplitMix(seed: 0x5EED)
        let beginnings: [[Frame]] = [
            [], ["MDPW02"], ["", "MDPW01"], ["", "MDPW02"], ["", "READY"], ["MDPC02"], ["", "MDPC01"], [""],
        ]
        for peer in 0..<100 {
            let dealer = try dealer(of: gateway)
            if peer % 2 == 0 { try await dealer.send(["MDPW02", "\u{1}", "service-\(peer)", "concurrency=3"]) }
            for _ in 0..<20 {
                let command = Frame([UInt8.random(in: 0...12, using: &random)])
                let frames = (0..<Int.random(in: 0...5, using: &random)).map { _ in Self.frame(&random) }
                let beginning = beginnings[Int.random(in: 0..<beginnings.count, using: &random)]
                try await dealer.send(Message(beginning + (Bool.random(using: &random) ? [command] : []) + frames))
            }
            #expect(try await connection.ask("GET", "/hello?name=\(peer)").text == "Hello, \(peer)!\n")
            dealer.close()
        }
        #expect(try await connection.ask("POST", "/echo", body: [1, 2, 3]).body == [1, 2, 3])
    }

    private static func frame(_ random: inout SplitMix) -> Frame {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return ""
        case 1: return "concurrency=999999999999999999999"
        case 2: return Frame((0..<8).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 3: return Frame([UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: 70_000))
        case 4: return "200\r\n\r\n"
        // No name of a service that is asked: whoever registers for one may let its requests wait for their deadline.
        default: return "nonsense"
        }
    }

    private func dealer(of gateway: RunningGateway) throws -> Dealer {
        let dealer = try Dealer(context) { $0.linger = .zero }
        try dealer.connect(gateway.workerEndpoint)
        return dealer
    }

    /// The next REQUEST; heartbeats are answered.
    private func nextRequest(_ worker: Dealer) async throws -> Message {
        while true {
            let command = try await worker.receive()
            if command[1] == "\u{2}" { return command }
            try await worker.send(["MDPW02", "\u{5}"])
        }
    }

    @Test(arguments: ["--workers", "--clients"], [0, 60_000])
    func `A message that does not end is cut off before it takes much memory`(option: String, frameSize: Int)
        async throws
    {
        let gateway = try await programs.gateway("--clients", "tcp://127.0.0.1:*", "--max-reply", "1MiB")
        let clients = try await gateway.program.output.wait(for: "clients on tcp://")
        let endpoint = option == "--workers" ? gateway.workerEndpoint : String(clients.dropFirst("clients on ".count))
        let peer = try SwiftZMQ.Stream(context) { $0.linger = .zero }
        try peer.connect(endpoint)
        let name = try await peer.receive(timeout: .seconds(60))[0]
        let greeting: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + Array("NULL".utf8)
        try await peer.send([name, Frame(greeting + [UInt8](repeating: 0, count: 64 - greeting.count))])
        let ready: [UInt8] = [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 6]
        let command = ready + Array("DEALER".utf8)
        try await peer.send([name, Frame([4, UInt8(command.count)] + command)])
        // The other side's greeting and READY; what comes before them is no message yet.
        var answered = 0
        while answered < 90 { answered += try await peer.receive(timeout: .seconds(60))[1].count }
        // A frame with more to follow, again and again.
        let frame: [UInt8] =
            frameSize == 0
            ? [1, 0]
            : [3, 0, 0, 0, 0, 0, 0, UInt8(frameSize >> 8), UInt8(frameSize & 0xFF)]
                + [UInt8](repeating: 7, count: frameSize)
        let frames = Frame([[UInt8]](repeating: frame, count: max(1, 65_536 / frame.count)).flatMap { $0 })
        let sending = Task {
            while !Task.isCancelled { try await peer.send([name, frames]) }
        }
        try await gateway.program.errors.wait(for: "did not end")
        sending.cancel()
        // What it had sent is forgotten, and the others are served.
        while try await !peer.receive(timeout: .seconds(60))[1].isEmpty {}
        #expect(try await gateway.ask("GET", "/hello").status == 200)
    }

    @Test func `A worker that answers twice stays, and what else it has is answered`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try dealer(of: gateway)
        try await worker.send(["MDPW02", "\u{1}", "eager", "concurrency=2"])
        try await gateway.program.errors.wait(for: "worker registered", "service=eager ")
        async let first = gateway.ask("GET", "/eager")
        let request = try await nextRequest(worker)
        async let second = gateway.ask("POST", "/eager")
        let other = try await nextRequest(worker)
        for body in ["once", "twice"] as [Frame] {
            try await worker.send(["MDPW02", "\u{4}", request[2], "", "200\r\n\r\n", body])
        }
        try await worker.send(["MDPW02", "\u{3}", request[2], "", "200\r\n\r\n", "thrice"])
        try await worker.send(["MDPW02", "\u{4}", other[2], "", "200\r\n\r\n", "other"])
        #expect(try await Set([first.text, second.text]) == ["once", "other"])
    }

    @Test func `A request that its worker gives up is answered 502 at once, and the log says why`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try dealer(of: gateway)
        try await worker.send(["MDPW02", "\u{1}", "weary"])
        try await gateway.program.errors.wait(for: "worker registered", "service=weary ")
        async let answer = gateway.ask("GET", "/weary")
        try await worker.send(["MDPW02", "\u{B}", nextRequest(worker)[2], "out of\nink"])
        #expect(try await answer.status == 502)
        #expect(try await answer.code == "worker-aborted")
        try await gateway.program.errors.wait(for: "worker gave a request up", "service=weary", "out of\\")

        // Half a stream is no whole response: its connection ends before its body does.
        async let stream = gateway.ask("GET", "/weary")
        let request = try await nextRequest(worker)
        try await worker.send(["MDPW02", "\u{3}", request[2], "", "200\r\n\r\n", "half"])
        try await worker.send(["MDPW02", "\u{B}", request[2], "out of paper"])
        do {
            _ = try await stream
            Issue.record("a stream that was given up looked complete")
        } catch {}
        async let third = gateway.ask("GET", "/weary")
        try await worker.send(["MDPW02", "\u{4}", nextRequest(worker)[2], "", "done"])
        #expect(try await third.text == "done")
    }

    @Test func `A reply over its limit is refused, and its worker stays, whatever number of frames it has`()
        async throws
    {
        let gateway = try await programs.gateway("--demo-workers", "0", "--max-reply", "10KiB")
        let worker = try dealer(of: gateway)
        try await worker.send(["MDPW02", "\u{1}", "large"])
        try await gateway.program.errors.wait(for: "worker registered", "service=large ")
        let half = Frame([UInt8](repeating: 0x61, count: 6000))
        for frames in [["200\r\n", half, half], ["200\r\n", Frame([UInt8](half) + [UInt8](half))]] as [[Frame]] {
            async let answer = gateway.ask("GET", "/large")
            let request = try await nextRequest(worker)
            try await worker.send(Message(["MDPW02", "\u{4}", request[2], ""] + frames))
            #expect(try await answer.code == "worker-reply-invalid")
        }
        async let answer = gateway.ask("GET", "/large")
        let request = try await nextRequest(worker)
        try await worker.send(Message(["MDPW02", "\u{4}", request[2], "", "200\r\n", half]))
        #expect(try await answer.status == 200)
    }
}
