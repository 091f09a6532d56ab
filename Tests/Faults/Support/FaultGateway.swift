import Foundation
import ProcessSupport

/// A gateway process without demonstration workers, on free ports.
final class FaultGateway: Sendable {
    let program: RunningProgram
    let port: Int
    /// The port of HTTPS; nil where there are no certificates.
    let securePort: Int?
    /// The port of the metrics; nil where they are off.
    private let adminPort: Int?
    let workerEndpoint: String

    /// - Parameters:
    ///   - certificates: where a certificate `server` lies, with which it serves HTTPS, too.
    ///   - hasMetrics: whether ``metric(_:)`` can be asked.
    init(_ options: String..., certificates: Certificates? = nil, hasMetrics: Bool = false) async throws {
        let secure =
            certificates.map {
                [
                    "--listen", "https://127.0.0.1:0", "--tls-certificate", $0.certificate("server"), "--tls-key",
                    $0.key("server"),
                ]
            } ?? []
        program = try RunningProgram.product(
            "webgateway",
            [
                "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*",
                "--demo-workers", "0", "--access-log", "off", "--log-level", "warning", "--admin",
                hasMetrics ? "127.0.0.1:0" : "off",
            ] + secure + options)
        port = try await Self.port(of: program, "listening on http")
        securePort = certificates == nil ? nil : try await Self.port(of: program, "listening on https")
        workerEndpoint = String(try await program.output.wait(for: "workers on tcp://").dropFirst(11))
        adminPort = hasMetrics ? try await Self.port(of: program, "admin on http") : nil
    }

    private static func port(of program: RunningProgram, _ place: String) async throws -> Int {
        let listening = try await program.output.wait(for: "\(place)://127.0.0.1:")
        guard let port = listening.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw OutputLines.Ended(description: "no port in “\(listening)”")
        }
        return port
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

    /// What a metric says, summed up over its labels.
    func metric(_ name: String) throws -> Int {
        guard let adminPort else { throw BlockingClient.Failure(description: "the gateway has no metrics") }
        let lines = try BlockingClient(port: adminPort).ask("GET", "/metrics").body.split(separator: "\n")
        let values = lines.filter { $0.hasPrefix("\(name){") }.compactMap { $0.split(separator: " ").last }
        return values.compactMap { Int($0) }.reduce(0, +)
    }
}
