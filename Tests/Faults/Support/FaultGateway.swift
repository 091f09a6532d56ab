import Foundation
import ProcessSupport

/// A gateway process without demonstration workers, on free ports.
final class FaultGateway: Sendable {
    let program: RunningProgram
    let port: Int
    let workerEndpoint: String

    init(_ options: String...) async throws {
        program = try RunningProgram.product(
            "webgateway",
            [
                "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "off",
                "--demo-workers", "0", "--access-log", "off", "--log-level", "warning",
            ] + options)
        let listening = try await program.output.wait(for: "listening on http://127.0.0.1:")
        guard let port = listening.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw OutputLines.Ended(description: "no port in “\(listening)”")
        }
        self.port = port
        workerEndpoint = String(try await program.output.wait(for: "workers on tcp://").dropFirst(11))
    }

    /// A worker of `Tests/FaultWorker`.
    func worker(record: String) throws -> RunningProgram {
        try RunningProgram.product("fault-worker", [workerEndpoint, record])
    }

    /// Asks until the service has a worker.
    func waitForWorker() async throws {
        let client = try BlockingClient(port: port)
        while try client.ask("GET", "/fault?up").status != 200 { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Resident memory, in bytes: what it is now, or what it was at most.
    func memory(peak: Bool = false) throws -> Int {
        let name = peak ? "VmHWM:" : "VmRSS:"
        let status = try String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) * 1024
    }
}
