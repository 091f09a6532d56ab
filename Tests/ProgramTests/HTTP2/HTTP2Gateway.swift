import Foundation
import ProcessSupport
import Testing

/// A gateway that speaks HTTP/2, without TLS unless it is told so, with the worker of `Tests/Interop/probe_worker.py` behind it.
struct HTTP2Gateway: Sendable {
    let programs: Programs
    let gateway: RunningGateway
    let worker: RunningProgram
    let adminPort: Int

    var port: Int { gateway.port }

    /// Starts both, and waits until the worker serves.
    init(_ options: String...) async throws {
        try await self.init(listen: "127.0.0.1:0", ["--http2-prior-knowledge"] + options)
    }

    init(listen address: String, _ options: [String]) async throws {
        programs = Programs()
        gateway = try await RunningGateway(
            programs.webgateway(
                [
                    "serve", "--listen", address, "--workers", "tcp://127.0.0.1:*", "--admin",
                    "127.0.0.1:0", "--demo-workers", "0",
                ] + options))
        let admin = try await gateway.program.output.wait(for: "admin on http://127.0.0.1:")
        guard let port = admin.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw OutputLines.Ended(description: "no port in “\(admin)”")
        }
        adminPort = port
        worker = try await programs.python(
            PackageFolder.path("Tests/Interop/probe_worker.py"), gateway.workerEndpoint)
        try await gateway.program.errors.wait(for: "worker registered", "service=probe")
        try await gateway.program.errors.wait(for: "worker registered", "service=plain")
    }

    /// Does something with a client, on a thread of its own, as a client blocks.
    func withClient<Value: Sendable>(
        settings: [RawFrame.Setting] = [], receiveBuffer: Int32? = nil,
        _ body: @escaping @Sendable (HTTP2Client) throws -> Value
    ) async throws -> Value {
        let port = port
        return try await Self.onThread {
            try body(HTTP2Client(port: port, settings: settings, receiveBuffer: receiveBuffer))
        }
    }

    /// Does something that blocks, on a thread of its own.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(ThreadExecutor.shared) { try body() }
    }

    /// Waits until a metric without labels has a value, and throws if it has not after a minute.
    func wait(for metric: String, toBe value: Int) async throws {
        let connection = try await HTTPConnection.open(to: adminPort)
        let deadline = ContinuousClock.now + HTTP2Client.patience
        while true {
            let lines = try await connection.ask("GET", "/metrics").text.split(separator: "\n")
            if lines.contains("\(metric) \(value)") { return }
            guard ContinuousClock.now < deadline else {
                throw HTTP2Client.NotCome(description: "\(lines.filter { $0.hasPrefix(metric) }), not \(value)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// How much memory the gateway has, in bytes.
    func residentMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(gateway.program.processID)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.split(separator: " ", omittingEmptySubsequences: true)[1])) * 1024
    }
}
