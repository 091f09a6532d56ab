import ProcessSupport
import Testing

/// Workers in processes of their own: what clients see when one is slow, full, ends or is killed.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WorkerProcessTests {
    let programs = Programs()

    @Test func `Killing one of two workers under load fails no request`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--access-log", "off", "--heartbeat", "250ms")
        let victim = try programs.demonstrationWorker("hello", of: gateway)
        _ = try programs.demonstrationWorker("hello", of: gateway)
        try await gateway.program.errors.wait(for: "worker registered", "service=hello ", count: 2)

        let answered = Watched(0)
        let failures = Watched<[String]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<16 {
                group.addTask {
                    let connection = try await HTTPConnection.open(to: gateway.port)
                    for number in 0..<188 {
                        let answer = try await connection.ask("GET", "/hello?name=\(client)-\(number)")
                        answered.change { $0 += 1 }
                        if answer.status != 200 || answer.text != "Hello, \(client)-\(number)!\n" {
                            failures.change { $0.append("\(answer.status) \(answer.text)") }
                        }
                    }
                }
            }
            group.addTask {
                _ = try await answered.wait { $0 >= 1000 ? true : nil }
                victim.signal(9)
            }
            try await group.waitForAll()
        }
        #expect(answered.value == 16 * 188)
        #expect(failures.value == [])
        #expect(try await victim.ending() == .signalled(9))
        try await gateway.program.errors.wait(for: "worker lost", "service=hello ")
    }

    @Test func `What a killed worker had is asked again of another when that is harmless`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--heartbeat", "200ms")
        let workers = try await twoWorkers(of: gateway)
        async let answer = gateway.ask("GET", "/slow/wait")
        let (victim, other) = try await whoeverGetsTheRequest(workers)
        victim.signal(9)
        try await other.output.wait(for: "request GET /slow/wait")
        other.enter("answer")
        #expect(try await answer.status == 200)
        #expect(try await answer.text == "answered /slow/wait\n")
    }

    @Test func `What a killed worker had is not done twice when that could do harm`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--heartbeat", "200ms")
        let workers = try await twoWorkers(of: gateway)
        async let answer = gateway.ask("POST", "/slow/wait", body: Array("once".utf8))
        let (victim, other) = try await whoeverGetsTheRequest(workers)
        victim.signal(9)
        #expect(try await answer.status == 502)
        #expect(try await answer.code == "worker-lost")
        // What came to the other worker later has come, and the first request has not.
        #expect(try await gateway.ask("GET", "/slow/after").status == 200)
        try await other.output.wait(for: "request GET /slow/after")
        #expect(!other.output.soFar.contains { $0.contains("POST") })
    }

    @Test(arguments: [Int32(9), 19])
    func `An idle REQ worker that is killed or stopped is missed without a request`(signal: Int32) async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--heartbeat", "200ms")
        let worker = try await programs.obedientWorker("req", "idle", of: gateway)
        try await gateway.waitForService("/idle")
        worker.signal(signal)
        try await gateway.program.errors.wait(for: "worker lost", "service=idle ")
    }

    @Test func `A request over the queue's limit is turned away and the others are answered`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--queue-limit", "1")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        async let first = gateway.ask("GET", "/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        // One of these two finds the only place taken.
        let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for _ in 0..<2 { group.addTask { try await gateway.ask("GET", "/slow/wait") } }
            let refused = try #require(try await group.next())
            worker.enter("answer")
            try await worker.output.wait(for: "request GET /slow/wait", count: 2)
            worker.enter("answer")
            return [refused, try #require(try await group.next())]
        }
        #expect(answers.map(\.status) == [503, 200])
        #expect(answers[0].code == "queue-full")
        #expect(answers[0]["retry-after"] != nil)
        #expect(try await first.status == 200)
    }

    @Test func `A worker that takes too long costs its own client only`() async throws {
        let gateway = try await programs.gateway("--request-timeout", "500ms")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        let answer = try await gateway.ask("GET", "/slow/wait")
        #expect(answer.status == 504)
        #expect(answer.code == "timeout-worker")
        #expect(try await gateway.ask("GET", "/hello").status == 200)
        // The late answer is nobody's: the next client gets its own.
        worker.enter("answer")
        try await gateway.waitForService("/slow/now")
        #expect(try await gateway.ask("GET", "/slow/later").text == "answered /slow/later\n")
    }

    @Test func `A worker that is told to end finishes what it has`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--access-log", "off")
        let workers = try (0..<2).map { _ in try programs.demonstrationWorker("hello", of: gateway) }
        try await gateway.program.errors.wait(for: "worker registered", "service=hello ", count: 2)
        let connection = try await HTTPConnection.open(to: gateway.port)
        for number in 0..<500 {
            if number == 100 { workers[0].signal(15) }
            #expect(try await connection.ask("POST", "/hello", body: [1]).status == 405)
        }
        #expect(try await workers[0].ending() == .exited(0))
    }

    private func twoWorkers(of gateway: RunningGateway) async throws -> [RunningProgram] {
        let workers = [
            try await programs.obedientWorker("mdp", "slow", of: gateway),
            try await programs.obedientWorker("mdp", "slow", of: gateway),
        ]
        try await gateway.program.errors.wait(for: "worker registered", "service=slow ", count: 2)
        return workers
    }

    /// The worker of two that gets a request first, and the other.
    private func whoeverGetsTheRequest(_ workers: [RunningProgram]) async throws -> (RunningProgram, RunningProgram) {
        let number = try await withThrowingTaskGroup(of: Int.self) { group in
            for (number, worker) in workers.enumerated() {
                group.addTask {
                    try await worker.output.wait(for: "/slow/wait")
                    return number
                }
            }
            defer { group.cancelAll() }
            return try #require(try await group.next())
        }
        return (workers[number], workers[1 - number])
    }
}
