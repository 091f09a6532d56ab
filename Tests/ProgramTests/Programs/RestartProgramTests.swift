import Foundation
import Glibc
import ProcessSupport
import Testing

/// Processes are replaced one by one, for whatever reason, and no request notices.
@Suite(.timeLimit(.minutes(5))) struct RestartProgramTests {
    let programs = Programs()

    /// Asks until something is over; the statuses other than 200.
    private func load(
        _ method: String, _ target: String, on gateway: ProgramGateway, until isOver: Watched<Bool>
    ) async throws -> (count: Int, failures: [Int]) {
        let connection = try await HTTPConnection.open(to: gateway.gateway.port)
        var failures: [Int] = []
        var count = 0
        while !isOver.value {
            let status = try await connection.ask(method, target).status
            count += 1
            if status != 200 { failures.append(status) }
        }
        return (count, failures)
    }

    /// Does something under load, and expects every request to be answered.
    private func underLoad(_ gateway: ProgramGateway, _ body: () async throws -> Void) async throws {
        let isOver = Watched(false)
        // Those of POST are sent to one process alone, and fail with it.
        async let gets = load("GET", "/s/who", on: gateway, until: isOver)
        async let posts = load("POST", "/s/who", on: gateway, until: isOver)
        async let slow = load("POST", "/s/wait/0.2", on: gateway, until: isOver)
        try await body()
        isOver.change { $0 = true }
        for (count, failures) in [try await gets, try await posts, try await slow] {
            #expect(failures == [] && count > 0)
        }
    }

    private func restart(_ gateway: ProgramGateway, _ words: String...) throws -> RunningProgram {
        try programs.webgateway(["restart-programs", "--admin", "127.0.0.1:\(gateway.adminPort)"] + words)
    }

    @Test func `A restart under load lets no request fail`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "3")
        let first = try await gateway.settled()
        try await underLoad(gateway) {
            let all = try restart(gateway)
            #expect(try await all.output.all() == ["restarting python3: 3 processes, one after another"])
            #expect(try await all.ending() == .exited(0))
            try await gateway.programs { $0[0].isSettled && $0[0].restarts == 3 }
            #expect(try await restart(gateway, "python3").ending() == .exited(0))
            try await gateway.programs { $0[0].isSettled && $0[0].restarts == 6 }
        }
        let last = try await gateway.settled()
        #expect(Set(first.numbers).isDisjoint(with: last.numbers))
        #expect(last.processes.map(\.instance) == [1, 2, 3])
        for number in first.numbers { #expect(kill(number, 0) != 0) }
    }

    /// The command of a worker that serves several requests at a time, and a path that it answers, whatever the method.
    private func command(of worker: String) async throws -> (command: String, target: String) {
        let python = try await RunningProgram.pythonPath
        switch worker {
        case "webgateway worker":
            let program = RunningProgram.productFolder.appending(path: "webgateway").path()
            return ("\(program) worker --service echo --concurrency 8", "/echo")
        case "zmq_asgi.py":
            let folder = PackageFolder.path("Tests/Interop/asgi")
            let adapter = PackageFolder.path("Adapters/python/zmq_asgi.py")
            return ("\(python) \(adapter) --service api --concurrency 8 --app-dir \(folder) probe:app", "/api/hello")
        default: return ("\(python) \(PackageFolder.path("Examples/python/mdp_worker.py"))", "/clock/now")
        }
    }

    @Test(arguments: ["webgateway worker", "zmq_asgi.py", "mdp_worker.py"])
    func `A restart fails none of the requests of 64 connections to workers that serve several at a time`(
        worker: String
    ) async throws {
        let (command, target) = try await command(of: worker)
        let gateway = try await ProgramGateway(programs, "--run", command, "--run-count", "2")
        _ = try await gateway.settled()
        let isOver = Watched(false)
        let failures = try await withThrowingTaskGroup(of: [Int].self) { group in
            defer { isOver.change { $0 = true } }
            for number in 0..<64 {
                let method = number % 8 == 0 ? "POST" : "GET"
                group.addTask { try await load(method, target, on: gateway, until: isOver).failures }
            }
            #expect(try await restart(gateway).ending() == .exited(0))
            try await gateway.programs { $0[0].isSettled && $0[0].restarts == 2 }
            isOver.change { $0 = true }
            var all: [Int] = []
            for try await failures in group { all += failures }
            return all
        }
        #expect(failures == [])
    }

    @Test func `A process is replaced after so many requests, and when it has grown too large`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "2", "--run-max-requests", "200",
            "--run-max-memory", "200MiB")
        let first = try await gateway.settled()
        try await underLoad(gateway) {
            try await gateway.log.wait(for: "program replaced", "run-max-requests", count: 4)
        }
        let second = try await gateway.settled()
        #expect(Set(first.numbers).isDisjoint(with: second.numbers))
        _ = try await gateway.wait(for: "/s/grow/250")
        try await gateway.log.wait(for: "program replaced", "run-max-memory")
        #expect(try await gateway.settled().numbers != second.numbers)
    }

    @Test func `A reload touches what has changed alone`() async throws {
        func text(_ option: String, _ names: [String]) async throws -> String {
            var text = "programs:\n"
            for name in names {
                let option = name == "two" ? option : ""
                let command = try await ProgramGateway.command("\(name) \(option)")
                text += "  - {name: \(name), run: \"\(command)\"}\n"
            }
            return text
        }
        let file = try TemporaryFile(try await text("", ["one", "two", "three"]))
        let gateway = try await ProgramGateway(programs, "--config", file.path)
        func number(_ name: String, in programs: [ProgramGateway.Program]) -> Int32? {
            programs.first { $0.name == name }?.numbers.first
        }
        let before = try await gateway.programs { $0.count == 3 && $0.allSatisfy(\.isSettled) }
        try file.replace(with: try await text("more", ["one", "two", "four"]))
        gateway.gateway.program.signal(SIGHUP)
        try await gateway.log.wait(for: "configuration read again")
        let after = try await gateway.programs {
            $0.map(\.name) == ["four", "one", "two"] && $0.allSatisfy(\.isSettled)
        }
        #expect(number("one", in: after) == number("one", in: before))
        #expect(number("two", in: after) != number("two", in: before))
        try await gateway.log.wait(for: "program left", "program=three")
        // One with a mistake changes nothing.
        try file.replace(with: "programs:\n  - {name: one}\n")
        gateway.gateway.program.signal(SIGHUP)
        try await gateway.log.wait(for: "configuration refused", "\(file.path):2: the program has no run")
        #expect(try await gateway.programs { _ in true }.flatMap(\.numbers) == after.flatMap(\.numbers))
    }

    @Test func `A storm of reloads and restarts comes to an end`() async throws {
        let file = try TemporaryFile("programs:\n  - {name: p, run: \"\(try await ProgramGateway.command("s"))\"}\n")
        let gateway = try await ProgramGateway(programs, "--config", file.path)
        _ = try await gateway.settled()
        for _ in 0..<30 {
            gateway.gateway.program.signal(SIGHUP)
            _ = try await gateway.administer("POST", "/programs/p/restart")
        }
        let program = try await gateway.settled()
        #expect(program.restarts < 30)
        #expect(try await gateway.wait(for: "/s/who").text == "1 \(program.numbers[0])")
    }

    @Test func `Processes that are killed while they are replaced, again and again, leave nothing behind`() async throws
    {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "2")
        _ = try await gateway.settled()
        func descriptors() throws -> Int {
            let path = "/proc/\(gateway.gateway.program.processID)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: path).count
        }
        let before = try descriptors()
        for _ in 0..<8 {
            _ = try await gateway.administer("POST", "/programs/python3/restart")
            let running = try await gateway.programs { !$0.isEmpty }
            if let number = running[0].numbers.randomElement() { kill(number, SIGKILL) }
            if let number = running[0].numbers.randomElement() { kill(number, SIGTERM) }
        }
        let program = try await gateway.settled()
        #expect(program.numbers.count == 2)
        let deadline = ContinuousClock.now + .seconds(30)
        // Connections that have ended are closed a moment later.
        while try descriptors() > before + 4, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try descriptors() <= before + 4)
        #expect(try await gateway.wait(for: "/s/who").status == 200)
    }

    @Test func `A changed file restarts the program that watches it`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("1", to: "watched.py")
        try folder.write(
            "programs:\n  - {name: p, watch: '*.py', run: \"\(try await ProgramGateway.command("s"))\"}\n", to: "c.yaml"
        )
        let gateway = try await ProgramGateway(programs, "--config", "\(folder.path)/c.yaml")
        let first = try await gateway.settled()
        try folder.write("22", to: "watched.py")
        try await gateway.log.wait(for: "program replaced", "a watched file changed")
        #expect(try await gateway.settled().numbers != first.numbers)
    }

    @Test func `A restart whose new process ends leaves the old one, and says so`() async throws {
        let folder = try TemporaryFolder()
        let worker = try String(
            contentsOfFile: PackageFolder.path("Tests/Interop/program_worker.py"), encoding: .utf8)
        try folder.write(worker, to: "worker.py")
        let python = try await RunningProgram.pythonPath
        let gateway = try await ProgramGateway(programs, "--run", "\(python) \(folder.path)/worker.py s")
        let first = try await gateway.settled()
        try folder.write("this is no Python", to: "worker.py")
        #expect(try await restart(gateway).ending() == .exited(0))
        try await gateway.log.wait(for: "restart given up", "the old one stays")
        try await gateway.log.wait(for: "SyntaxError", "stream=err")
        #expect(try await gateway.settled().numbers == first.numbers)
        #expect(try await gateway.wait(for: "/s/who").status == 200)
    }

    @Test func `Who must not restart programs, and what cannot be restarted`() async throws {
        let gateway = try await ProgramGateway(programs, "--run", try await ProgramGateway.command("s"))
        _ = try await gateway.settled()
        let path = "/programs/python3/restart"
        for fields in [
            [("origin", "https://elsewhere.example")], [("origin", "null")], [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")], [("origin", "http://localhost"), ("sec-fetch-site", "cross-site")],
        ] { #expect(try await gateway.administer("POST", path, fields).status == 403, "\(fields)") }
        let get = try await gateway.administer("GET", path)
        #expect(get.status == 405 && get["allow"] == "POST")
        let unknown = try await gateway.administer("POST", "/programs/nobody/restart")
        #expect(unknown.status == 404 && unknown.text == "there are python3\n")
        #expect(try await gateway.settled().restarts == 0)
        // Pages of the gateway's own.
        let own = [("origin", "http://localhost"), ("sec-fetch-site", "same-origin")]
        #expect(try await gateway.administer("POST", path, own).status == 202)

        let wrong = try restart(gateway, "nobody")
        #expect(try await wrong.errors.all() == ["webgateway: program 'nobody': there are python3"])
        #expect(try await wrong.ending() == .exited(1))
        let nowhere = try programs.webgateway("restart-programs", "--admin", "127.0.0.1:1")
        #expect(try await nowhere.errors.all().first?.contains("--admin 127.0.0.1:1: Connection refused") == true)
        #expect(try await nowhere.ending() == .exited(1))
        let front = try programs.webgateway("restart-programs", "--admin", "127.0.0.1:\(gateway.gateway.port)")
        #expect(try await front.errors.all().first?.contains("has no programs") == true)
        #expect(try await front.ending() == .exited(1))
        #expect(try await programs.webgateway("restart-programs", "--admin", "x").ending() == .exited(64))
    }
}
