import Foundation
import ProcessSupport
import Testing

/// The workers of `Examples/python`, as they stand there.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PythonWorkerTests {
    let programs = Programs()

    @Test func `Ten lines of Python are a worker`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let text = try String(contentsOfFile: PackageFolder.path("Examples/python/greet_worker.py"), encoding: .utf8)
        let parts = text.components(separatedBy: "tcp://127.0.0.1:5555")
        try #require(parts.count == 2)
        #expect(text.split(separator: "\n").count <= 10)
        let worker = try await programs.python("-c", parts.joined(separator: gateway.workerEndpoint))
        try await gateway.waitForService("/greet")
        for _ in 0..<20 {
            #expect(try await gateway.ask("GET", "/greet").text == "hello from python\n")
        }
        #expect(worker.errors.soFar == [])
    }

    @Test func `The Majordomo worker in Python streams several replies at a time`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try await programs.python(
            PackageFolder.path("Examples/python/mdp_worker.py"), "--connect", gateway.workerEndpoint, "--service",
            "clock")
        try await gateway.waitForService("/clock/now")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    let answer = try await gateway.ask("GET", "/clock/\(number)")
                    #expect(answer["transfer-encoding"] == "chunked")
                    #expect(answer.text.hasPrefix("You asked for /clock/\(number).\nIt is "))
                    #expect(answer.text.hasSuffix(".\n"))
                }
            }
            try await group.waitForAll()
        }
        #expect(worker.errors.soFar == [])
    }
}
