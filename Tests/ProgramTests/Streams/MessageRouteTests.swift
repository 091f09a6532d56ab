import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// Routes with `publish` and `push` end to end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MessageRouteTests {
    let programs = Programs()

    private static let routes = """
        routes:
          - {path: /ingest/, publish: 'tcp://127.0.0.1:*', max-body: 10}
          - {path: /jobs/, push: 'tcp://127.0.0.1:*', format: single, methods: [POST, PUT]}
        """

    private func endpoint(_ line: String, _ gateway: RunningGateway) async throws -> String {
        String(try await gateway.program.output.wait(for: line).dropFirst(line.count))
    }

    @Test func `A POST to a publish route reaches whoever has subscribed`() async throws {
        let file = try TemporaryFile(Self.routes)
        let gateway = try await programs.gateway("--config", file.path)
        let context = try Context()
        let subscriber = try Subscriber(context, topics: ["a/b"]) { $0.linger = .zero }
        try subscriber.connect(try await endpoint("publishing on ", gateway))
        let connection = try await HTTPConnection.open(to: gateway.port)
        // Whoever subscribes gets what is published from then on; when that is, only a message tells.
        while try subscriber.tryReceive() == nil {
            #expect(try await connection.ask("POST", "/ingest/a/b", body: Array("early".utf8)).status == 202)
        }
        #expect(try await connection.ask("POST", "/ingest/other", body: []).status == 202)
        let answer = try await connection.ask("POST", "/ingest/a/b%20c", body: [0, 255])
        #expect(answer.status == 202 && answer.body == [])
        var message = try await subscriber.receive(timeout: .seconds(30))
        while message[0] == "a/b" { message = try await subscriber.receive(timeout: .seconds(30)) }
        #expect(message == ["a/b c", Frame([0, 255])])
        #expect(try await connection.ask("GET", "/ingest/a").status == 405)
        #expect(try await connection.ask("POST", "/ingest/a", body: Array(repeating: 1, count: 11)).status == 413)
        await context.shutdown()
    }

    @Test func `A POST to a push route reaches one, and without room it is refused`() async throws {
        let file = try TemporaryFile(Self.routes)
        let gateway = try await programs.gateway("--config", file.path)
        let connection = try await HTTPConnection.open(to: gateway.port)
        let refused = try await connection.ask("POST", "/jobs/a", body: [])
        #expect(refused.status == 503 && refused.code == "no-receiver" && refused["retry-after"] == "1")
        #expect(refused["content-type"] == "application/problem+json")
        let context = try Context()
        let pull = try Pull(context) { $0.linger = .zero }
        try pull.connect(try await endpoint("pushing on ", gateway))
        while try await connection.ask("PUT", "/jobs/topic", body: Array("body".utf8)).status != 202 {}
        #expect(try await pull.receive(timeout: .seconds(30)) == ["topic body"])
        #expect(try await connection.ask("POST", "/jobs/with%20blank", body: []).status == 400)
        await context.shutdown()
    }

    @Test func `On SIGHUP endpoints are bound and left, all or none`() async throws {
        let file = try TemporaryFile(Self.routes)
        let gateway = try await programs.gateway("--config", file.path, "--demo-workers", "0")
        let kept = try await endpoint("publishing on ", gateway)
        // One endpoint that another has: nothing changes.
        try file.replace(
            with:
                "routes:\n  - {path: /new/, push: 'tcp://127.0.0.1:*'}\n  - {path: /x/, publish: '\(gateway.workerEndpoint)'}\n"
        )
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration refused", gateway.workerEndpoint)
        #expect(try await gateway.ask("POST", "/ingest/a", body: []).status == 202)
        #expect(try await gateway.ask("POST", "/new/a", body: []).status == 404)
        try file.replace(with: "routes:\n  - {path: /new/, publish: '\(kept)'}\n")
        gateway.program.signal(SIGHUP)
        try await gateway.program.errors.wait(for: "configuration read again")
        #expect(try await gateway.ask("POST", "/new/a", body: []).status == 202)
        #expect(try await gateway.ask("POST", "/ingest/a", body: []).status == 404)
    }
}
