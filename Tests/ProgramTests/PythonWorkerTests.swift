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

    @Test(arguments: [
        "python/greet_worker.py", "python/lasting_worker.py", "python/mdp_worker.py", "python/paced_worker.py",
        "python/websocket_worker.py", "chat/chat_worker.py", "live-topics/page_worker.py", "live-topics/publisher.py",
    ])
    func `Who starts an example without pyzmq is told what to install`(example: String) async throws {
        // Without the folders where modules are installed.
        let program = try await programs.python("-S", PackageFolder.path("Examples/\(example)"))
        #expect(try await program.ending() == .exited(1))
        let errors = try await program.errors.all()
        #expect(errors.count == 1 && errors.joined().contains("pip install pyzmq"), "\(errors)")
    }

    @Test(arguments: ["README.md", "Sources/DemonstrationServices/Resources/index.html"])
    func `The first worker that somebody meets is the example, and pyzmq is named before`(page: String) throws {
        let text = try String(contentsOfFile: PackageFolder.path(page), encoding: .utf8)
        let worker = try String(contentsOfFile: PackageFolder.path("Examples/python/greet_worker.py"), encoding: .utf8)
        #expect(text.contains(worker.trimmingCharacters(in: .newlines)))
        let first = try #require(text.firstRange(of: "$ python3 ") ?? text.firstRange(of: "import os"))
        for command in ["pip install pyzmq", "apt-get install python3-zmq"] {
            #expect(text[..<first.lowerBound].contains(command), "\(command)")
        }
    }
}
