import Foundation
import ProcessSupport
import Testing

/// `Adapters/python/zmq_asgi.py`: the scripts of `Tests/Interop/asgi`, each of which has many tests, prints a line for each
/// of them, and can be run by itself.
@Suite(.timeLimit(.minutes(10))) struct PythonApplicationTests {
    let programs = Programs()

    /// The interpreter that has the frameworks.
    private static let frameworks = PackageFolder.path(".venv-applications/bin/python")
    private static let hasFrameworks = FileManager.default.isExecutableFile(atPath: frameworks)
    private static let remedy: Comment = "FastAPI and others are missing: Scripts/need python-applications"

    private static var gateway: String { RunningProgram.productFolder.appending(path: "webgateway").path() }

    private func script(_ name: String) -> String { PackageFolder.path("Tests/Interop/asgi/\(name).py") }

    private func framework(_ name: String) throws -> RunningProgram {
        try programs.keep(RunningProgram(Self.frameworks, ["-u", script(name), Self.gateway]))
    }

    private func check(_ program: RunningProgram) async throws {
        do {
            let lines = try await program.output.all()
            let report = try await (lines + program.errors.all()).joined(separator: "\n")
            #expect(try await program.ending() == .exited(0), "\(report)")
            #expect(lines.contains { $0.hasPrefix("passed ") }, "\(report)")
        } catch is CancellationError {
            // The time is over, and the test that is missing is the one that took it.
            let report = (program.output.soFar + program.errors.soFar).joined(separator: "\n")
            Issue.record("it did not come to its end: \(report)")
        }
    }

    @Test(arguments: ["messages", "websocket_messages", "wsgi_messages"])
    func `An application gets and sends the messages of its specification`(cases: String) async throws {
        try await check(programs.python(script(cases)))
    }

    @Test func `An application behind the gateway outlives clients, gateways and its own replacement`() async throws {
        try await check(programs.python(script("behaviour"), Self.gateway))
    }

    @Test(.enabled(if: hasFrameworks, remedy))
    func `Applications of five frameworks answer as behind the servers that they know`() async throws {
        try await check(framework("compare"))
    }

    @Test(.enabled(if: hasFrameworks, remedy))
    func `WebSockets of applications are served as by uvicorn`() async throws {
        try await check(framework("websockets_compare"))
    }
}
