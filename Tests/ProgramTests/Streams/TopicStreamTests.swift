import Foundation
import Glibc
import NIOCore
import NIOPosix
import ProcessSupport
import Testing

/// Topic streams end to end: a publisher in Python, the program, and curl.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TopicStreamTests {
    let programs = Programs()
    /// An endpoint that is there again when the publisher comes back.
    private let endpoint = "ipc://" + FileManager.default.temporaryDirectory.appending(path: "topics-\(UUID())").path()

    private func publisher() async throws -> RunningProgram {
        let program = try await programs.python(PackageFolder.path("Tests/Interop/topic_publisher.py"), endpoint)
        try await program.output.wait(for: "bound ")
        return program
    }

    private func file(_ keys: String = "history: 4") throws -> TemporaryFile {
        try TemporaryFile("routes:\n  - {path: /events/, subscribe: '\(endpoint)', \(keys)}\n")
    }

    private func gateway(_ file: TemporaryFile, _ options: String...) async throws -> RunningGateway {
        try await RunningGateway(
            programs.webgateway(
                [
                    "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:0",
                    "--demo-workers", "0", "--http2-prior-knowledge", "--config", file.path,
                ] + options))
    }

    private func metric(_ name: String, _ gateway: RunningGateway) async throws -> Int? {
        let line = try await gateway.program.output.wait(for: "admin on http://")
        guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else { return nil }
        let text = try await HTTPConnection.open(to: port).ask("GET", "/metrics").text
        let row = text.split(separator: "\n").first { $0.hasPrefix("\(name){") && $0.contains("route=\"/events/\"") }
        return row?.split(separator: " ").last.flatMap { Int($0) }
    }

    @Test(arguments: ["--http1.1", "--http1.0", "--http2-prior-knowledge"])
    func `Every version of HTTP reads the topics that it asks for, and no others`(version: String) async throws {
        let file = try file()
        let gateway = try await gateway(file)
        let publisher = try await publisher()
        let reader = try await TopicReader(programs, of: gateway, "/events/?topic=b&topic=10001", version)
        for prefix in ["+b", "+10001"] { try await publisher.output.wait(for: prefix) }
        for line in ["10001 42", "2 no", "100012 x", "b|x\u{0B}y|z", "b", "b end"] { publisher.enter(line) }
        let events = try await reader.wait(for: "end")
        #expect(events.map(\.type) == ["10001", "100012", "b", "b", "b"])
        #expect(events.map(\.data) == ["42", "x", "x\u{0B}yz", "", "end"])
        let ids = events.compactMap { UInt64($0.lastEventID) }
        #expect(ids == Array(ids[0]..<ids[0] + 5))
        #expect(try await metric("webgateway_stream_clients", gateway) == 1)
        #expect(try await metric("webgateway_stream_messages_total", gateway) == 5)
        reader.program.signal(SIGTERM)
        for prefix in ["-b", "-10001"] { try await publisher.output.wait(for: prefix) }
        try await gateway.program.errors.wait(for: "service=/events/", "status=200", "outcome=abandoned")
        #expect(try await metric("webgateway_stream_clients", gateway) == 0)
    }

    @Test func `The publisher comes later, is killed and comes back, and the reader stays`() async throws {
        let file = try file()
        let gateway = try await gateway(file)
        let reader = try await TopicReader(programs, of: gateway, "/events/a")
        var publisher = try await publisher()
        for number in 1...3 {
            try await publisher.output.wait(for: "+a")
            publisher.enter("a life\(number)")
            try await reader.wait(for: "life\(number)")
            publisher.signal(SIGKILL)
            _ = try await publisher.ending()
            if number < 3 { publisher = try await self.publisher() }
        }
        #expect(reader.events.map(\.data) == ["life1", "life2", "life3"])
    }

    @Test func `Who comes back gets what it missed, and is told where something may be missing`() async throws {
        let file = try file()
        var gateway = try await gateway(file)
        let publisher = try await publisher()
        let constant = try await TopicReader(programs, of: gateway, "/events/")
        try await publisher.output.wait(for: "+")
        let first = try await TopicReader(programs, of: gateway, "/events/a")
        publisher.enter("a 1")
        try await first.wait(for: "1")
        let last = first.last
        first.program.signal(SIGTERM)
        for line in ["a 2", "b 3", "a 4"] { publisher.enter(line) }
        try await constant.wait(for: "4")
        let second = try await TopicReader(programs, of: gateway, "/events/a", "-H", "last-event-id: \(last)")
        #expect(try await second.wait(for: "4").map(\.data) == ["2", "4"])
        let third = try await TopicReader(programs, of: gateway, "/events/a?last-event-id=\(last)")
        #expect(try await third.wait(for: "4").map(\.data) == ["2", "4"])
        for line in ["a 5", "a 6"] { publisher.enter(line) }
        try await constant.wait(for: "6")
        let late = try await TopicReader(programs, of: gateway, "/events/a", "-H", "last-event-id: \(last)")
        #expect(try await late.wait(for: "6").map(\.type) == ["gap", "a", "a", "a"])
        // Another process.
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
        gateway = try await self.gateway(file)
        // Of a topic of its own, so that it is seen when this gateway listens to it.
        let after = try await TopicReader(programs, of: gateway, "/events/ab", "-H", "last-event-id: \(late.last)")
        publisher.enter("ab 7")
        try await publisher.output.wait(for: "+ab")
        publisher.enter("ab 8")
        let events = try await after.wait(for: "8")
        #expect(events.first?.type == "gap" && events.last?.data == "8")
        // JavaScript reads it as it is.
        #expect(UInt64(after.last).map { $0 < 1 << 53 } == true && after.last != late.last)
    }

    @Test func `A reader that takes nothing loses messages, is told so, and delays nobody`() async throws {
        let file = try file("history: 0")
        let gateway = try await gateway(file, "--response-buffer", "256KiB", "--drain-timeout", "10m")
        let publisher = try await publisher()
        let stuck = try await begin("/events/t", gateway)
        let reader = try await TopicReader(programs, of: gateway, "/events/t")
        try await publisher.output.wait(for: "+t")
        publisher.enter("burst 2000 10000")
        publisher.enter("t last")
        let events = try await reader.wait(for: "last")
        let dropped = events.filter { $0.type == "dropped" }.compactMap { Int($0.data) }.reduce(0, +)
        #expect(events.count(where: { $0.type == "t" }) + dropped == 2001)
        // The kernel takes some megabytes for it.
        #expect(try await metric("webgateway_stream_dropped_total", gateway) ?? 0 > 500)
        // It does not hold up the end, and who reads sees a whole stream.
        gateway.program.signal(SIGTERM)
        #expect(try await reader.program.ending() == .exited(0))
        #expect(try await gateway.program.ending() == .exited(0))
        // It has been cut, or is about to be.
        try? await stuck.close()
    }

    /// Opens a stream and reads nothing of it.
    private func begin(_ target: String, _ gateway: RunningGateway) async throws -> any Channel {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .connect(host: "127.0.0.1", port: gateway.port).get()
        try await client.writeAndFlush(ByteBuffer(string: "GET \(target) HTTP/1.1\r\nhost: h\r\n\r\n"))
        return client
    }

    @Test(arguments: ["--http1.1", "--http2-prior-knowledge"])
    func `A drain ends streams whole`(version: String) async throws {
        let file = try file()
        let gateway = try await gateway(file, "--drain-timeout", "10m")
        let reader = try await TopicReader(programs, of: gateway, "/events/", version)
        gateway.program.signal(SIGTERM)
        #expect(try await reader.program.ending() == .exited(0))
        #expect(try await gateway.program.ending() == .exited(0))
    }

    @Test func `On SIGHUP a stream goes on where its place stays, and ends where it is gone`() async throws {
        let file = try TemporaryFile(
            """
            routes:
              - {path: /events/, subscribe: '\(endpoint)'}
              - {path: /other/, subscribe: '\(endpoint)'}
            """)
        let gateway = try await gateway(file)
        let publisher = try await publisher()
        let staying = try await TopicReader(programs, of: gateway, "/events/a")
        let going = try await TopicReader(programs, of: gateway, "/other/b")
        for prefix in ["+a", "+b"] { try await publisher.output.wait(for: prefix) }
        try file.replace(
            with:
                "routes:\n  - {path: /events/, subscribe: ['\(endpoint)', 'ipc:///tmp/nobody-\(getpid())'], history: 9}\n"
        )
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again")
        #expect(try await going.program.ending() == .exited(0))
        try await publisher.output.wait(for: "-b")
        publisher.enter("a 1")
        #expect(try await staying.wait(for: "1").map(\.data) == ["1"])
        #expect(try await gateway.ask("GET", "/other/b").status == 404)
    }

    @Test func `HEAD gets the head, other methods 405, and who does not accept events 406`() async throws {
        let file = try file()
        let gateway = try await gateway(file)
        let connection = try await HTTPConnection.open(to: gateway.port)
        let post = try await connection.ask("POST", "/events/x", body: [])
        #expect(post.status == 405 && post["allow"] == "GET, HEAD")
        let page = try await connection.ask("GET", "/events/x", fields: [("accept", "text/html")])
        #expect(page.status == 406 && page.code == "not-acceptable")
        let head = try programs.keep(
            RunningProgram(
                "/usr/bin/env", ["curl", "--silent", "--head", "http://127.0.0.1:\(gateway.port)/events/x"]))
        let lines = try await head.output.all()
        #expect(lines.contains { $0.hasPrefix("content-type: text/event-stream") })
        #expect(try await head.ending() == .exited(0))
    }
}
