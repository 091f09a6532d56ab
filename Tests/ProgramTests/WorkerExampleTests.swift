import Foundation
import NIOCore
import NIOPosix
import ProcessSupport
import Testing

/// The larger workers of `Examples`: what they do when the gateway restarts, when clients go away, and when they are told
/// to stop.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WorkerExampleTests {
    let programs = Programs()

    /// Ends a gateway and starts another at the same endpoint for workers.
    private func restart(_ gateway: RunningGateway) async throws -> RunningGateway {
        gateway.program.signal(15)
        #expect(try await gateway.program.ending() == .exited(0))
        return try await RunningGateway(
            programs.webgateway(
                "serve", "--listen", "127.0.0.1:0", "--workers", gateway.workerEndpoint, "--admin", "off",
                "--demo-workers", "0"))
    }

    private func swiftWorker(of gateway: RunningGateway) throws -> RunningProgram {
        try programs.keep(RunningProgram.product("clock-worker", [gateway.workerEndpoint]))
    }

    private func pacedWorker(of gateway: RunningGateway) async throws -> RunningProgram {
        try await programs.python(
            PackageFolder.path("Examples/python/paced_worker.py"), "--connect", gateway.workerEndpoint)
    }

    /// Starts a request on a connection of its own, whose answer is read and dropped.
    private func begin(_ target: String, _ gateway: RunningGateway) async throws -> any Channel {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: gateway.port).get()
        try await client.writeAndFlush(ByteBuffer(string: "GET \(target) HTTP/1.1\r\nhost: h\r\n\r\n"))
        return client
    }

    @Test func `A REQ worker with a receive timeout comes back after a restart`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let example = try String(
            contentsOfFile: PackageFolder.path("Examples/python/lasting_worker.py"), encoding: .utf8)
        let text = example.replacing("tcp://127.0.0.1:5555", with: gateway.workerEndpoint)
            .replacing("60_000", with: "500")
        #expect(text != example)
        let worker = try await programs.python("-c", text)
        try await gateway.waitForService("/greet")
        let next = try await restart(gateway)
        try await next.waitForService("/greet")
        #expect(try await next.ask("GET", "/greet").text == "hello from python\n")
        #expect(worker.errors.soFar == [])
    }

    @Test func `The Majordomo worker in Python beats, and comes back after a restart`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try await programs.python(
            PackageFolder.path("Examples/python/mdp_worker.py"), "--connect", gateway.workerEndpoint)
        try await gateway.waitForService("/clock/now")
        // Without heartbeats it would be given up after three seconds; the time itself is what is tested.
        let end = ContinuousClock.now + .seconds(4)
        while ContinuousClock.now < end { try await Task.sleep(until: end) }
        #expect(!gateway.program.errors.soFar.contains { $0.contains("worker lost") && $0.contains("silent") })
        let next = try await restart(gateway)
        try await next.waitForService("/clock/now")
        #expect(worker.errors.soFar == [])
    }

    // When a machine stood still for longer than the gateway may be silent, a worker that measured silence by the clock took
    // the gateway for gone, although its heartbeats lay there to be read. It connected anew and left what it had begun, the
    // gateway cut off those answers, and their clients here saw their connections end: `HTTPConnection.Failure.closed`. So
    // the worker adds up waits in which nothing came.
    @Test func `The paced worker serves several, stops for a client that leaves, and comes back`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--response-buffer", "64KiB")
        let worker = try await pacedWorker(of: gateway)
        try await gateway.waitForService("/lines/1")
        let client = try await begin("/lines/100000000", gateway)
        try await worker.output.wait(for: "begun /lines/100000000")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    let answer = try await gateway.ask("GET", "/lines/\(number)000")
                    #expect(answer["content-type"] == "text/plain; charset=utf-8")
                    let lines = answer.text.split(separator: "\n")
                    #expect(lines.count == number * 1000)
                    #expect(lines.last ?? "" == (number == 0 ? "" : "/lines/\(number)000 line \(number * 1000 - 1)"))
                }
            }
            try await group.waitForAll()
        }
        try await client.close()
        try await worker.output.wait(for: "cancelled /lines/100000000")
        #expect(try await gateway.ask("GET", "/lines/nothing").status == 500)
        #expect(try await gateway.ask("GET", "/lines/1").text == "/lines/1 line 0\n")

        let next = try await restart(gateway)
        try await next.waitForService("/lines/1")
        #expect(worker.errors.soFar == [])
    }

    @Test func `The paced worker finishes what it has when it is told to stop`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--response-buffer", "64KiB")
        let worker = try await pacedWorker(of: gateway)
        try await gateway.waitForService("/lines/1")
        async let answer = gateway.ask("GET", "/lines/20000")
        try await worker.output.wait(for: "begun /lines/20000")
        worker.signal(15)
        #expect(try await answer.status == 200)
        #expect(try await answer.text.hasSuffix("/lines/20000 line 19999\n"))
        #expect(try await worker.ending() == .exited(0))
        try await gateway.program.errors.wait(for: "worker takes no more requests", "service=lines")
        #expect(worker.errors.soFar == [])
    }

    @Test func `The worker in Swift serves several, refuses other methods, comes back, and drains`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try swiftWorker(of: gateway)
        try await gateway.waitForService("/clock-swift/now")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    let answer = try await gateway.ask("GET", "/clock-swift/\(number)")
                    #expect(answer["transfer-encoding"] == "chunked")
                    #expect(answer.text == "You asked for /clock-swift/\(number).\ntick 1\ntick 2\ntick 3\n")
                }
            }
            try await group.waitForAll()
        }
        let refused = try await gateway.ask("POST", "/clock-swift/now", body: Array("x".utf8))
        #expect(refused.status == 405)
        #expect(refused["allow"] == "GET")

        let next = try await restart(gateway)
        try await next.waitForService("/clock-swift/now")
        worker.signal(15)
        #expect(try await worker.ending() == .exited(0))
        try await next.program.errors.wait(for: "worker takes no more requests", "service=clock-swift")
    }
}
