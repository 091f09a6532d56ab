import Foundation
import NIOCore
import NIOPosix
import ProcessSupport
import SwiftZMQ
import Testing

/// Where the gateway listens: IPv6 beside IPv4, and paths of Unix sockets that are somebody else's.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ListeningTests {
    let programs = Programs()

    /// A port that was free a moment ago.
    private func freePort() async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port
        try await listener.close()
        return try #require(port)
    }

    private func gateway(workers: String, _ options: String...) throws -> RunningProgram {
        try programs.webgateway(
            ["serve", "--listen", "127.0.0.1:0", "--workers", workers, "--admin", "off", "--demo-workers", "0"]
                + options)
    }

    private func expectOneLine(of program: RunningProgram, status: Int32 = 1, names: String...) async throws {
        #expect(try await program.ending() == .exited(status))
        let lines = try await program.errors.all()
        #expect(lines.count == 1, "\(lines.joined(separator: "\n"))")
        for name in names { #expect(lines.first?.contains(name) == true, "\(lines.joined(separator: "\n"))") }
        #expect(try await program.output.all() == [])
    }

    @Test func `All addresses of IPv4 and all of IPv6 have one port, as the documentation shows it`() async throws {
        let port = try await freePort()
        let program = try programs.webgateway(
            "serve", "--listen", "0.0.0.0:\(port)", "--listen", "[::]:\(port)", "--workers", "tcp://127.0.0.1:*",
            "--admin", "off")
        try await program.output.wait(for: "listening on http://0.0.0.0:\(port)")
        try await program.output.wait(for: "listening on http://[::]:\(port)")
        for host in ["127.0.0.1", "::1"] {
            let connection = try await HTTPConnection.open(to: port, host: host)
            while try await connection.ask("GET", "/hello").status != 200 {}
        }
    }

    @Test func `Workers and clients connect over IPv6`() async throws {
        let program = try gateway(workers: "tcp://[::1]:*", "--clients", "tcp://[::1]:*")
        let gateway = try await RunningGateway(program)
        #expect(gateway.workerEndpoint.hasPrefix("tcp://[::1]:"))
        let worker = try programs.demonstrationWorker("hello", of: gateway)
        try await gateway.waitForService("/hello")
        let endpoint = String(try await program.output.wait(for: "clients on tcp://[::1]:").dropFirst(11))
        let client = try Request(Context()) {
            $0.usesIPv6 = true
            $0.linger = .zero
        }
        try client.connect(endpoint)
        try await client.send(["MDPC01", "mmi.service", "hello"])
        #expect(try await client.receive(timeout: .seconds(20)).last == "200")
        #expect(!worker.errors.soFar.contains { $0.contains("error") })
    }

    @Test func `Embedded workers, publishers and subscribers are reached over IPv6, too`() async throws {
        let context = try Context()
        let publisher = try Publisher(context) {
            $0.usesIPv6 = true
            $0.linger = .zero
        }
        let source = try publisher.bind("tcp://[::1]:*")
        let file = try TemporaryFile(
            """
            routes:
              - {path: /events/, subscribe: '\(source)'}
              - {path: /publish/, publish: 'tcp://[::1]:*'}
            """)
        let program = try programs.webgateway(
            "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://[::1]:*", "--admin", "off", "--config", file.path)
        let gateway = try await RunningGateway(program)
        try await gateway.waitForService("/hello")

        let subscriber = try Subscriber(context, topics: ["topic"]) {
            $0.usesIPv6 = true
            $0.linger = .zero
        }
        try subscriber.connect(String(try await program.output.wait(for: "publishing on tcp://[::1]:").dropFirst(14)))
        let connection = try await HTTPConnection.open(to: gateway.port)
        // Whoever subscribes gets what is published from then on; when that is, only a message tells.
        while try subscriber.tryReceive() == nil {
            #expect(try await connection.ask("POST", "/publish/topic", body: []).status == 202)
        }
        let reader = try await TopicReader(programs, of: gateway, "/events/topic")
        while !reader.program.output.soFar.contains(where: { $0.hasPrefix("data: 42") }) {
            try await publisher.send(["topic", "42"])
            try await Task.sleep(for: .milliseconds(5))
        }
        await context.shutdown()
    }

    @Test(arguments: ["--workers", "--clients"])
    func `A path where another gateway listens is refused, and the other goes on`(option: String) async throws {
        let folder = try TemporaryFolder()
        let endpoint = "ipc://\(folder.path)/workers"
        let first = try await RunningGateway(gateway(workers: "tcp://127.0.0.1:*", "--workers", endpoint))
        let second = try gateway(workers: "tcp://127.0.0.1:*", option, endpoint)
        try await expectOneLine(of: second, names: endpoint, "another program listens there")
        _ = try programs.webgateway("worker", "--connect", endpoint, "--service", "hello")
        try await first.waitForService("/hello")
    }

    @Test(arguments: ["--workers", "--clients"])
    func `A path with a file that is no socket is refused, and the file stays`(option: String) async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/notes"
        try "worth keeping".write(toFile: path, atomically: true, encoding: .utf8)
        let program = try gateway(workers: "tcp://127.0.0.1:*", option, "ipc://\(path)")
        try await expectOneLine(of: program, names: "ipc://\(path)", "remove it")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "worth keeping")
    }

    @Test func `A socket file that nobody listens at any more is taken over`() async throws {
        let folder = try TemporaryFolder()
        let endpoint = "ipc://\(folder.path)/workers"
        let first = try gateway(workers: endpoint)
        try await first.output.wait(for: "workers on \(endpoint)")
        first.signal(9)
        #expect(try await first.ending() == .signalled(9))
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/workers"))
        let program = try gateway(workers: endpoint)
        try await program.output.wait(for: "workers on \(endpoint)")
        _ = try programs.webgateway("worker", "--connect", endpoint, "--service", "hello")
        try await program.errors.wait(for: "worker registered", "service=hello")
    }

    @Test func `A host that nobody knows is one line that names it`() async throws {
        for option in ["--listen", "--admin"] {
            let program = try programs.webgateway(
                "serve", "--listen", "127.0.0.1:0", "--admin", "off", option, "no-such-host.invalid:0", "--workers",
                "tcp://127.0.0.1:*")
            try await expectOneLine(of: program, names: "no-such-host.invalid", "no address is known")
        }
    }

    @Test func `An empty name of the file is one line that says where it was given`() async throws {
        let product = RunningProgram.productFolder.appending(path: "webgateway").path()
        let variable = programs.keep(
            try RunningProgram("/usr/bin/env", ["WEBGATEWAY_CONFIG=", product, "serve", "--listen", "127.0.0.1:0"]))
        try await expectOneLine(of: variable, status: 64, names: "WEBGATEWAY_CONFIG ''")
        let flag = try programs.webgateway("serve", "--config", "", "--listen", "127.0.0.1:0")
        try await expectOneLine(of: flag, status: 64, names: "--config ''")
    }
}
