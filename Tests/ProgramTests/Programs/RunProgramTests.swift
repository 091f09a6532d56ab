import Foundation
import Glibc
import ProcessSupport
import Testing

/// Programs that the gateway starts: what they get, and what becomes of what they write.
@Suite(.timeLimit(.minutes(5))) struct RunProgramTests {
    let programs = Programs()

    @Test func `A command is all that it takes, and its processes are told apart`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "3")
        let program = try await gateway.settled()
        #expect(program.name.hasPrefix("python"))
        var seen: Set<String> = []
        while seen.count < 3 { seen.insert(try await gateway.wait(for: "/s/who").text) }
        #expect(Set(seen.map { $0.prefix(1) }) == ["1", "2", "3"])
        #expect(Set(seen.compactMap { Int32($0.dropFirst(2)) }) == Set(program.numbers))
        let workers = try await gateway.administer("GET", "/workers").text
        #expect(workers.components(separatedBy: "\"service\":\"s\"").count == 4)
        gateway.gateway.program.signal(SIGTERM)
        #expect(try await gateway.gateway.program.ending() == .exited(0))
        for number in program.numbers { #expect(kill(number, 0) != 0) }
    }

    @Test(arguments: [
        ("greet_worker.py", "/greet"), ("lasting_worker.py", "/greet"), ("mdp_worker.py", "/clock/now"),
        ("paced_worker.py", "/lines/1"), ("websocket_worker.py", "/echo-socket"),
    ])
    func `A worker of the examples in Python is started as it is`(file: String, target: String) async throws {
        let python = try await RunningProgram.pythonPath
        let worker = PackageFolder.path("Examples/python/\(file)")
        let gateway = try await ProgramGateway(programs, "--run", "\(python) \(worker)", "--run-count", "2")
        #expect(try await gateway.wait(for: target).status == 200)
        _ = try await gateway.settled()
    }

    private struct State: Decodable {
        let program, instance, own, folder, input, workers: String
        let blocked, ignored: Int
        let leads: Bool
        let files: [Int]
    }

    @Test func `A process has its variables, its folder, no input, no files of the gateway's and all signals`()
        async throws
    {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/inner", withIntermediateDirectories: false)
        try folder.write(
            """
            programs:
              - name: own-name
                run: \(try await ProgramGateway.command("s"))
                directory: inner
                environment: {OWN: "a b", WEBGATEWAY: x}
            """, to: "gateway.yaml")
        // Connections of clients that are open before it starts.
        let gateway = try await ProgramGateway(programs, "--config", "\(folder.path)/gateway.yaml")
        _ = try await gateway.wait(for: "/s/who")
        let idle = try await HTTPConnection.open(to: gateway.gateway.port)
        // A POST, which is not done again: each process that ended would make the pause before the next one longer.
        #expect(try await gateway.gateway.ask("POST", "/s/exit").status == 502)
        let text = try await gateway.wait(for: "/s/state").text
        let state = try JSONDecoder().decode(State.self, from: Data(text.utf8))
        #expect(state.program == "own-name" && state.instance == "1" && state.own == "a b" && state.input.isEmpty)
        #expect(state.folder.hasSuffix("/inner") && state.leads && state.blocked == 0 && state.ignored == 0)
        #expect(state.workers.hasPrefix("tcp://127.0.0.1:") && state.workers != gateway.gateway.workerEndpoint)
        // Python has opened the fourth by itself, to list the folder.
        #expect(state.files.allSatisfy { $0 <= 3 }, "\(state.files)")
        #expect(try await idle.ask("GET", "/s/who").status == 200)
    }

    @Test func `What it writes becomes lines of the log, odd bytes, long lines and the last without an end too`()
        async throws
    {
        let gateway = try await ProgramGateway(programs, "--run", try await ProgramGateway.command("s", "odd"))
        let odd = try await gateway.log.wait(for: "odd ", "bytes", "program=python", "pid=", "stream=out")
        #expect(odd.contains("xff") && !odd.utf8.contains(0x1B) && !odd.utf8.contains(0))
        try await gateway.log.wait(for: "yyyy", "instance=1", count: 3)
        #expect(gateway.log.soFar.allSatisfy { $0.utf8.count < 9000 })
        try await gateway.log.wait(for: "the last, without an end", "stream=out")
        try await gateway.log.wait(for: "program ended", "ending=\"exit status 0\"", "again_in=100ms")
    }

    @Test func `What it writes to standard error is logged at notice, and the rest at info`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--log-level", "notice")
        #expect(try await gateway.wait(for: "/s/print/3").text == "done")
        try await gateway.log.wait(for: "err 2", "stream=err")
        gateway.gateway.program.signal(SIGTERM)
        #expect(try await gateway.gateway.program.ending() == .exited(0))
        #expect(try await !gateway.log.all().contains { $0.contains("stream=out") })
    }

    @Test func `A program that writes without an end neither stands still nor keeps others from being served`()
        async throws
    {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s", "loud"), "--access-log", "off")
        for _ in 0..<50 { #expect(try await gateway.wait(for: "/s/print/20").text == "done") }
        try await gateway.log.wait(for: "err 19", "stream=err")
        gateway.gateway.program.signal(SIGTERM)
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    @Test func `A program that ends at once is tried again, and that is said once`() async throws {
        let gateway = try await ProgramGateway(programs, "--run", try await ProgramGateway.command("s", "ends"))
        try await gateway.log.wait(for: "ends at once again and again")
        try await gateway.log.wait(for: "program ended", "ending=\"exit status 7\"", count: 6)
        #expect(gateway.log.soFar.filter { $0.contains("again and again") }.count == 1)
        #expect(try await gateway.programs { $0.count == 1 }[0].failing)
    }

    @Test func `A program that cannot be started says why`() async throws {
        let gateway = try await ProgramGateway(programs, "--run", "/nowhere/at/all")
        try await gateway.log.wait(for: "not found", "program=all", "stream=err")
        try await gateway.log.wait(for: "program ended", "ending=\"exit status 127\"")
    }

    @Test func `Requests that one had when it ended go to another at once`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "2", "--request-timeout", "30s")
        let program = try await gateway.settled()
        async let answer = gateway.gateway.ask("GET", "/s/wait/3")
        try await Task.sleep(for: .milliseconds(300))
        let start = ContinuousClock.now
        for number in program.numbers.prefix(1) { kill(number, SIGKILL) }
        #expect(try await answer.status == 200)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try await gateway.settled().numbers != program.numbers)
    }
}
