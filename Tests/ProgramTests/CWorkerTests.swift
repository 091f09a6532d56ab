import ProcessSupport
import Testing

/// The worker of `Examples/c`, compiled as its README says.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CWorkerTests {
    let programs = Programs()

    @Test func `The Majordomo worker in C serves, beats, and comes back after a restart`() async throws {
        let folder = try TemporaryFolder()
        let program = "\(folder.path)/mdp_worker"
        let compiler = try RunningProgram(
            "/usr/bin/env",
            [
                "cc", "-Wall", "-Wextra", "-Werror", "-o", program, PackageFolder.path("Examples/c/mdp_worker.c"),
                "-lzmq",
            ])
        #expect(try await compiler.errors.all() == [])
        #expect(try await compiler.ending() == .exited(0))

        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = programs.keep(try RunningProgram(program, [gateway.workerEndpoint, "greet-c"]))
        try await gateway.waitForService("/greet-c")
        for number in 0..<20 {
            let answer = try await gateway.ask("GET", "/greet-c/\(number)")
            #expect(answer["content-type"] == "text/plain; charset=utf-8")
            #expect(answer.text == "hello from C, you asked for /greet-c/\(number)\n")
        }
        // Without heartbeats it would be given up after three seconds; the time itself is what is tested.
        let end = ContinuousClock.now + .seconds(4)
        while ContinuousClock.now < end { try await Task.sleep(until: end) }
        #expect(try await gateway.ask("GET", "/greet-c/x").status == 200)
        #expect(!gateway.program.errors.soFar.contains { $0.contains("worker lost") })

        gateway.program.signal(15)
        #expect(try await gateway.program.ending() == .exited(0))
        let next = try await RunningGateway(
            programs.webgateway(
                "serve", "--listen", "127.0.0.1:0", "--workers", gateway.workerEndpoint, "--admin", "off",
                "--demo-workers", "0"))
        try await next.waitForService("/greet-c")
        #expect(worker.errors.soFar == [])
    }
}
