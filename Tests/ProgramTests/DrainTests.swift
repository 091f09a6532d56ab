import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// How the programs end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DrainTests {
    let programs = Programs()

    @Test(arguments: [SIGTERM, SIGINT])
    func `A request in flight is answered before the gateway ends`(signal: Int32) async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        async let answer = gateway.ask("GET", "/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        gateway.program.signal(signal)
        try await gateway.program.errors.wait(for: "draining")
        // Nobody else comes in.
        while (try? await HTTPConnection.open(to: gateway.port)) != nil { try await Task.sleep(for: .milliseconds(2)) }
        worker.enter("answer")
        #expect(try await answer.status == 200)
        #expect(try await answer.text == "answered /slow/wait\n")
        #expect(try await gateway.program.ending() == .exited(0))
    }

    @Test func `A gateway with nothing to do ends at once and takes its workers along`() async throws {
        let gateway = try await programs.gateway()
        let idle = try await HTTPConnection.open(to: gateway.port)
        #expect(try await idle.ask("GET", "/hello").status == 200)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
        await #expect(throws: (any Error).self) { try await idle.ask("GET", "/hello") }
    }

    @Test func `An idle client that keeps its side open holds nobody up`() async throws {
        let gateway = try await programs.gateway("--drain-timeout", "10m")
        let client = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        try client.connect("tcp://127.0.0.1:\(gateway.port)")
        let name = try await client.receive(timeout: .seconds(60))[0]
        try await client.send([name, "GET /hello HTTP/1.1\r\nhost: h\r\n\r\n"])
        #expect(try await String(client.receive(timeout: .seconds(60))[1]).hasPrefix("HTTP/1.1 200"))
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    /// A record of a connection that nobody ends would hold up the drain for as long as it may take.
    @Test(arguments: [
        "BAD\r\n\r\n", "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n",
        "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET /none HTTP/1.0\r\n\r\n",
    ])
    func `Clients that reset while they get a last answer leave nothing behind for a drain to wait for`(
        request: String
    ) async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--drain-timeout", "10m")
        try await RawSocket.resetMany(to: gateway.port, after: Array(request.utf8))
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    @Test func `A second signal ends the gateway although a request is in flight`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        let answer = Task { try await gateway.ask("GET", "/slow/wait") }
        try await worker.output.wait(for: "request GET /slow/wait")
        gateway.program.signal(SIGTERM)
        try await gateway.program.errors.wait(for: "draining")
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(143))
        await #expect(throws: (any Error).self) { try await answer.value }
    }

    @Test func `A worker whose gateway is gone ends when it is told to`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try programs.demonstrationWorker("hello", of: gateway)
        try await gateway.waitForService("/hello")
        gateway.program.signal(SIGKILL)
        #expect(try await gateway.program.ending() == .signalled(SIGKILL))
        worker.signal(SIGTERM)
        #expect(try await worker.ending() == .exited(0))
    }

    @Test func `A worker serves again after the gateway was started anew`() async throws {
        let first = try await programs.gateway("--demo-workers", "0")
        _ = try programs.demonstrationWorker("hello", of: first)
        try await first.waitForService("/hello")
        first.program.signal(SIGKILL)
        #expect(try await first.program.ending() == .signalled(SIGKILL))
        // The port was this gateway's a moment ago, and connections of the worker to it are all that is left there.
        let second = try await RunningGateway(
            programs.webgateway(
                "serve", "--listen", "127.0.0.1:0", "--workers", first.workerEndpoint, "--demo-workers", "0",
                "--admin", "off"))
        try await second.waitForService("/hello")
    }
}
