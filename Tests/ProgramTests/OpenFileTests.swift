import Foundation
import NIOCore
import NIOPosix
import ProcessSupport
import SwiftZMQ
import Testing

/// A gateway that may open fewer files than its clients would like.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OpenFileTests {
    let programs = Programs()

    /// A gateway of which the system lets no more than a number of files be open.
    private func gateway(openFiles: Int, _ options: String...) async throws -> RunningGateway {
        let product = RunningProgram.productFolder.appending(path: "webgateway").path()
        let program = try RunningProgram(
            "/usr/bin/env",
            [
                "prlimit", "--nofile=\(openFiles)", product, "serve", "--listen", "127.0.0.1:0", "--workers",
                "tcp://127.0.0.1:*", "--access-log", "off",
            ] + options)
        return try await RunningGateway(programs.keep(program))
    }

    /// The processor time that a process has taken, in hundredths of a second.
    private func ticks(of program: RunningProgram) throws -> Int {
        let line = try String(contentsOfFile: "/proc/\(program.processID)/stat", encoding: .utf8)
        let fields = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ")
        return (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
    }

    private func openFiles(of program: RunningProgram) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.processID)/fd").count
    }

    @Test func `When descriptors run out accepting pauses, at rest, and goes on when connections close`() async throws {
        let gateway = try await gateway(openFiles: 150, "--admin", "127.0.0.1:0")
        try await gateway.waitForService("/hello")
        let administration = try #require(
            try await gateway.program.output.wait(for: "admin on http://").split(separator: ":").last.flatMap {
                Int($0)
            })
        let group = MultiThreadedEventLoopGroup.singleton
        var clients: [any Channel] = []
        for _ in 0..<300 {
            clients.append(try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: gateway.port).get())
        }
        try await gateway.program.errors.wait(for: "accepting pauses until")
        // It waits, and does not try again and again: the time itself is what is tested.
        let before = try ticks(of: gateway.program)
        for _ in 0..<10 {
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await HTTPConnection.open(to: administration).ask("GET", "/metrics").status == 200)
        }
        #expect(try ticks(of: gateway.program) - before < 60)
        // A worker can still come, and is served.
        // Not as a process of its own, which would inherit the clients' connections.
        let worker = try Dealer(Context()) { $0.linger = .zero }
        try worker.connect(gateway.workerEndpoint)
        try await worker.send(["MDPW02", "\u{1}", "late"])
        try await gateway.program.errors.wait(for: "worker registered", "service=late")
        for client in clients { try await client.close() }
        #expect(try await gateway.ask("GET", "/hello").status == 200)
        #expect(gateway.program.errors.soFar.count { $0.contains("accepting pauses until") } == 1)
        gateway.program.signal(15)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    /// The workers in the process have taken so much that fewer connections than usual are possible.
    @Test func `Where next to nothing is left, the few connections that are possible are served again and again`()
        async throws
    {
        let gateway = try await gateway(openFiles: 110, "--demo-workers", "1", "--admin", "127.0.0.1:0")
        try await gateway.waitForService("/hello")
        let administration = try #require(
            try await gateway.program.output.wait(for: "admin on http://").split(separator: ":").last.flatMap {
                Int($0)
            })
        let group = MultiThreadedEventLoopGroup.singleton
        for _ in 0..<3 {
            var clients: [any Channel] = []
            for port in [gateway.port, administration] {
                for _ in 0..<200 {
                    clients.append(try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get())
                }
            }
            try await gateway.program.errors.wait(for: "accepting pauses until")
            for client in clients { try? await client.close() }
            #expect(try await gateway.ask("GET", "/hello").status == 200)
        }
        gateway.program.signal(15)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    /// Strangers at the workers' endpoint have taken every descriptor.
    @Test func `Where nothing can be accepted a client waits, at rest, until there are files again`() async throws {
        let limit = 150
        let gateway = try await gateway(openFiles: limit, "--admin", "off")
        try await gateway.waitForService("/hello")
        let workers = try #require(gateway.workerEndpoint.split(separator: ":").last.flatMap { Int($0) })
        let group = MultiThreadedEventLoopGroup.singleton
        var strangers: [any Channel] = []
        // One after the other: libzmq does not rest while there are some that it cannot accept.
        var files = try openFiles(of: gateway.program)
        while files < limit {
            strangers.append(try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: workers).get())
            let before = files
            let patience = ContinuousClock.now + .seconds(1)
            while files == before, .now < patience {
                try await Task.sleep(for: .milliseconds(1))
                files = try openFiles(of: gateway.program)
            }
        }
        let client = try await HTTPConnection.open(to: gateway.port)
        try await gateway.program.errors.wait(for: "accepting pauses until")
        // It waits, and does not try again and again: the time itself is what is tested.
        let before = try ticks(of: gateway.program)
        try await Task.sleep(for: .seconds(1))
        #expect(try ticks(of: gateway.program) - before < 30)
        for stranger in strangers { try? await stranger.close() }
        #expect(try await client.ask("GET", "/hello").status == 200)
        gateway.program.signal(15)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    @Test func `A limit of open files that is too small for the connections is told at the start`() async throws {
        let gateway = try await gateway(openFiles: 200, "--admin", "off", "--max-connections", "500")
        try await gateway.program.errors.wait(for: "fewer connections", "max-connections=500", "limit=200")
        #expect(try await HTTPConnection.open(to: gateway.port).ask("GET", "/").status < 500)
    }

    @Test func `A limit of open files that is too small for a gateway is one line and status 1`() async throws {
        let product = RunningProgram.productFolder.appending(path: "webgateway").path()
        let program = programs.keep(
            try RunningProgram(
                "/usr/bin/env", ["prlimit", "--nofile=30", product, "serve", "--listen", "127.0.0.1:0"]))
        #expect(try await program.ending() == .exited(1))
        let lines = try await program.errors.all()
        #expect(lines.count == 1 && lines[0].contains("30 files"), "\(lines)")
    }
}
