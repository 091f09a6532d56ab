import Foundation
import ProcessSupport
import Testing

/// A gateway that starts programs, and its administration.
struct ProgramGateway: Sendable {
    let gateway: RunningGateway
    let adminPort: Int

    /// The command of `Tests/Interop/program_worker.py`.
    static func command(_ service: String, _ options: String...) async throws -> String {
        let words = [service] + options
        let python = try await RunningProgram.pythonPath
        return "\(python) -u \(PackageFolder.path("Tests/Interop/program_worker.py")) \(words.joined(separator: " "))"
    }

    init(_ programs: Programs, _ options: String...) async throws {
        let program = try programs.webgateway(
            [
                "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:0",
                "--demo-workers", "0", "--heartbeat", "500ms",
            ] + options)
        gateway = try await RunningGateway(program)
        let line = try await program.output.wait(for: "admin on http://127.0.0.1:")
        adminPort = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    }

    /// The lines of its log.
    var log: OutputLines { gateway.program.errors }

    /// What it says to the administration.
    func administer(_ method: String, _ target: String, _ fields: [(String, String)] = []) async throws -> HTTPAnswer {
        try await HTTPConnection.open(to: adminPort).ask(method, target, fields: fields)
    }

    /// Asks until the answer is as it is to be.
    func wait(for target: String, _ isRight: (HTTPAnswer) -> Bool = { $0.status == 200 }) async throws -> HTTPAnswer {
        while true {
            let answer = try await gateway.ask("GET", target)
            if isRight(answer) { return answer }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    struct Program: Decodable, Sendable {
        struct Process: Decodable, Sendable {
            let instance: Int
            let pid: Int32?
            let state: String
        }
        let name: String
        let count: Int
        let up: Int
        let restarts: Int
        let failing: Bool
        let restarting: Bool
        let processes: [Process]

        var numbers: [Int32] { processes.compactMap(\.pid) }
        /// Whether all run, and nothing is under way.
        var isSettled: Bool { up == count && processes.count == count && !restarting }
    }

    /// The programs once something is true of them.
    @discardableResult
    func programs(until isRight: ([Program]) -> Bool) async throws -> [Program] {
        while true {
            let text = try await administer("GET", "/programs").text
            let programs = try JSONDecoder().decode([Program].self, from: Data(text.utf8))
            if isRight(programs) { return programs }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The one program once all of it runs.
    func settled() async throws -> Program {
        let programs = try await programs { $0.count == 1 && $0[0].isSettled }
        return programs[0]
    }
}
