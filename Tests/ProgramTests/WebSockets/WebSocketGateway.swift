import Foundation
import ProcessSupport
import Testing

/// A gateway with the worker of `Tests/Interop/websocket_worker.py` behind it, which echoes.
struct WebSocketGateway: Sendable {
    let programs: Programs
    let gateway: RunningGateway
    let worker: RunningProgram
    private let adminPort: Int

    var port: Int { gateway.port }

    /// - Parameter properties: what the worker says beside `websocket=1`, with commas between them.
    init(_ options: [String] = [], properties: String = "concurrency=1024,cancel=1") async throws {
        programs = Programs()
        gateway = try await RunningGateway(
            programs.webgateway(
                [
                    "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:0",
                    "--demo-workers", "0", "--http2-prior-knowledge",
                ] + options))
        let admin = try await gateway.program.output.wait(for: "admin on http://127.0.0.1:")
        adminPort = admin.split(separator: ":").last.flatMap { Int($0) } ?? 0
        worker = try await programs.python(
            PackageFolder.path("Tests/Interop/websocket_worker.py"), gateway.workerEndpoint, "ws",
            "websocket=1,\(properties)")
        try await gateway.program.errors.wait(for: "worker registered", "service=ws ")
    }

    /// Does something with a client that has asked for a WebSocket, on a thread of its own, as a client blocks.
    func withClient<Value: Sendable>(
        _ path: String = "/ws/", _ fields: [String] = [],
        _ body: @escaping @Sendable (WebSocketClient) throws -> Value
    ) async throws -> Value {
        let port = port
        return try await HTTP2Gateway.onThread {
            let client = try WebSocketClient(port: port)
            try client.shakeHands(path, fields)
            return try body(client)
        }
    }

    /// Waits until a metric has a value, and throws if it has not after a minute.
    func wait(for metric: String, toBe value: Int) async throws {
        let connection = try await HTTPConnection.open(to: adminPort)
        let deadline = ContinuousClock.now + WebSocketClient.patience
        while true {
            let lines = try await connection.ask("GET", "/metrics").text.split(separator: "\n")
            if lines.contains("\(metric) \(value)") { return }
            guard ContinuousClock.now < deadline else {
                throw WebSocketClient.NotCome(description: "\(lines.filter { $0.hasPrefix(metric) }), not \(value)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until the metrics have a line, as one does who blocks a thread.
    func waitOnThread(for line: String) throws {
        let deadline = ContinuousClock.now + WebSocketClient.patience
        while true {
            let socket = try RawSocket(port: adminPort)
            _ = socket.write(Array("GET /metrics HTTP/1.0\r\n\r\n".utf8)[...])
            var text: [UInt8] = []
            reading: while socket.wait(until: deadline, writing: false) == .readable {
                switch socket.read() {
                case .bytes(let bytes): text += bytes
                case .nothingYet: continue
                case .end: break reading
                }
            }
            if String(decoding: text, as: UTF8.self).contains("\n\(line)\n") { return }
            guard ContinuousClock.now < deadline else { throw WebSocketClient.NotCome(description: "\(line)") }
        }
    }

    /// How much memory the gateway has, in bytes.
    func residentMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(gateway.program.processID)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.split(separator: " ", omittingEmptySubsequences: true)[1])) * 1024
    }

    /// Lets all tests of a suite share one gateway, which ends with the suite.
    struct Shared: SuiteTrait, TestScoping {
        @TaskLocal static var current: WebSocketGateway?
        let options: [String]

        func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
        ) async throws {
            let gateway = try await WebSocketGateway(options)
            try await Self.$current.withValue(gateway) { try await function() }
        }
    }
}

extension Trait where Self == WebSocketGateway.Shared {
    /// One gateway for all tests of the suite.
    static func oneWebSocketGateway(_ options: String...) -> Self { Self(options: options) }
}
