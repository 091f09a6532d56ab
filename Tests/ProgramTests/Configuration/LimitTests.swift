import Foundation
import ProcessSupport
import Testing

/// Each limit and time does what it says, when it comes from a flag, a variable or the file.
@Suite(.timeLimit(.minutes(5))) struct LimitTests {
    let programs = Programs()

    @Test func `Sizes of head, target and body`() async throws {
        let gateway = try await programs.gateway("--max-header", "200B", "--max-target", "20", "--max-body", "3")
        try await gateway.waitForService("/hello")
        #expect(try await gateway.ask("GET", "/hello?" + String(repeating: "a", count: 13)).status == 200)
        #expect(try await gateway.ask("GET", "/hello?" + String(repeating: "a", count: 14)).code == "target-too-long")
        #expect(try await gateway.ask("POST", "/echo", body: [1, 2, 3]).status == 200)
        #expect(try await gateway.ask("POST", "/echo", body: [1, 2, 3, 4]).code == "body-too-large")
        let long = "GET /hello HTTP/1.1\r\nhost: a\r\nx: \(String(repeating: "x", count: 200))\r\n\r\n"
        #expect(try await RawExchange.answer(to: long, port: gateway.port).contains("\"code\":\"head-too-large\""))
    }

    @Test func `Connections`() async throws {
        let gateway = try await programs.gateway("--max-connections", "1")
        let first = try await HTTPConnection.open(to: gateway.port)
        #expect(try await first.ask("GET", "/hello").status == 200)
        let second = try await RawExchange.answer(to: "", port: gateway.port)
        #expect(second.hasPrefix("HTTP/1.1 503 "))
        #expect(second.contains("\"code\":\"too-many-connections\""))
        #expect(try await first.ask("GET", "/hello").status == 200)
    }

    @Test(arguments: [
        ("--header-timeout", "GET /echo HTTP/1.1\r\n", "408 Request Timeout"),
        ("--body-timeout", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n1", "408 Request Timeout"),
        ("--idle-timeout", "", ""),
    ])
    func `Times for head, body and between requests`(flag: String, sent: String, answer: String) async throws {
        let gateway = try await programs.gateway(flag, "50ms")
        let received = try await RawExchange.answer(to: sent, port: gateway.port)
        #expect(received.hasPrefix(answer.isEmpty ? "" : "HTTP/1.1 \(answer)\r\n"))
        #expect(received.isEmpty == answer.isEmpty)
    }

    @Test func `The time a request has, and the time it waits for a worker`() async throws {
        let gateway = try await programs.gateway(
            "--demo-workers", "0", "--request-timeout", "300ms", "--worker-grace", "20ms", "--queue-limit", "1")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        async let first = gateway.ask("GET", "/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        // The only worker is busy and one may wait: of two more, one is refused at once and the other waits in vain.
        async let second = gateway.ask("GET", "/slow/wait")
        async let third = gateway.ask("GET", "/slow/wait")
        let codes = try await [first.code, second.code, third.code].compactMap { $0 }.sorted()
        #expect(codes == ["queue-full", "timeout-worker", "timeout-worker"])
    }

    @Test func `A reply over its limit is refused, and one far over it ends the worker's connection`() async throws {
        let gateway = try await programs.gateway("--max-reply", "1KiB", "--retries", "0", "--request-timeout", "10s")
        try await gateway.waitForService("/echo")
        #expect(try await gateway.ask("PUT", "/echo", body: Array(repeating: 1, count: 800)).status == 200)
        #expect(
            try await gateway.ask("PUT", "/echo", body: Array(repeating: 1, count: 2000)).code == "worker-reply-invalid"
        )
        let huge = [UInt8](repeating: 1, count: 100_000)
        #expect(try await gateway.ask("PUT", "/echo", body: huge).code == "worker-lost")
    }

    @Test func `A drain waits no longer than it may`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--drain-timeout", "50ms")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        let answer = Task { try await gateway.ask("GET", "/slow/wait") }
        try await worker.output.wait(for: "request GET /slow/wait")
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
        await #expect(throws: (any Error).self) { try await answer.value }
    }

    @Test func `The server names itself only where it is told to`() async throws {
        let silent = try await programs.gateway()
        #expect(try await silent.ask("GET", "/nobody")["server"] == nil)
        let named = try await programs.gateway("--server-name", "gate/1")
        #expect(try await named.ask("GET", "/nobody")["server"] == "gate/1")
    }

    @Test func `Variables reach the gateway, and those unknown to it are told`() async throws {
        let file = try TemporaryFile("max-target: 30B\nserver-name: file\n")
        let program = try programs.keep(
            RunningProgram(
                "/usr/bin/env",
                [
                    "WEBGATEWAY_MAX_TARGET=10B", "WEBGATEWAY_CONFIG=\(file.path)", "WEBGATEWAY_MAX_TRAGET=1",
                    RunningProgram.productFolder.appending(path: "webgateway").path(), "--listen", "127.0.0.1:0",
                    "--workers", "tcp://127.0.0.1:*", "--admin", "off",
                ]))
        let gateway = try await RunningGateway(program)
        let answer = try await gateway.ask("GET", "/nobody/at/all")
        #expect(answer.code == "target-too-long")
        #expect(answer["server"] == "file")
        try await program.errors.wait(for: "variable ignored", "variable=WEBGATEWAY_MAX_TRAGET")
    }
}
