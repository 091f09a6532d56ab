import Foundation
import ProcessSupport
import Testing

/// `pipeline` with certificates: who has the right keys takes part, and nobody else.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PipelineCurveTests {
    let programs = Programs()
    let folder: TestFolder

    init() async throws {
        folder = try TestFolder()
        for name in ["run", "worker", "stranger"] {
            let program = try programs.webgateway("keygen", folder.path, name)
            #expect(try await program.ending() == .exited(0))
        }
        try FileManager.default.createDirectory(atPath: folder["allowed"], withIntermediateDirectories: true)
        try allow("worker.key")
    }

    private func allow(_ file: String) throws {
        try FileManager.default.copyItem(atPath: folder[file], toPath: folder["allowed/\(file)"])
    }

    /// Producer and collector share a pair.
    private var bound: [String] {
        ["--curve-secret-key", folder["run.key_secret"], "--curve-allow", folder["allowed"]]
    }

    private func own(_ name: String) -> [String] { ["--curve-secret-key", folder["\(name).key_secret"]] }

    private var server: [String] { ["--curve-server-key", folder["run.key"]] }

    private struct Parts {
        let producer: RunningProgram
        let collector: RunningProgram
        let tasks: String
        let results: String
        let done: String

        var endpoints: [String] { ["--tasks", tasks, "--results", results] }
    }

    private func parts(tasks count: Int, _ options: String...) async throws -> Parts {
        let producer = try programs.pipeline(
            ["produce", try folder.numbers(count), "--tasks", "tcp://127.0.0.1:*", "--done", "tcp://127.0.0.1:*"]
                + options + bound)
        let done = try await producer.endpoint("done on ")
        let collector = try programs.pipeline(
            ["collect", "--results", "tcp://127.0.0.1:*", "--done", done] + bound)
        return Parts(
            producer: producer, collector: collector, tasks: try await producer.endpoint("tasks on "),
            results: try await collector.endpoint("results on "), done: done)
    }

    private func work(_ parts: Parts, _ options: [String]) throws -> RunningProgram {
        try programs.pipeline(["work", "--job", "echo"] + parts.endpoints + options)
    }

    private func expectAll(_ count: Int, of parts: Parts) async throws {
        #expect(try await parts.producer.ending() == .exited(0))
        #expect(try await parts.collector.ending() == .exited(0))
        #expect(try await parts.collector.output.all().compactMap { Int($0) }.sorted() == Array(1...count))
    }

    @Test func `The right keys do everything, and the state of the run is shown to them alone`() async throws {
        let parts = try await parts(tasks: 100, "--delay", "20ms")
        // The run cannot end before its worker comes, however slow the machine is.
        let status = try programs.pipeline(["status", "--done", parts.done] + own("worker") + server)
        #expect(try await status.ending() == .exited(0))
        let refused = [own("stranger") + server, server, []]
        for (options, complaint) in zip(refused, ["turned this end away", "turned this end away", "do not agree"]) {
            let status = try programs.pipeline(["status", "--timeout", "60s", "--done", parts.done] + options)
            #expect(try await status.ending() == .exited(1))
            let lines = try await status.errors.all()
            #expect(lines.count == 1 && lines[0].contains(complaint), "\(lines)")
        }
        let worker = try work(parts, own("worker") + server)
        try await expectAll(100, of: parts)
        worker.signal(SIGTERM)
        #expect(try await worker.ending() == .exited(0))
    }

    @Test func `A wrong key, no key and one that is not let in get no task, and the reason is said`() async throws {
        let parts = try await parts(tasks: 3)
        let wrong: [([String], String)] = [
            (own("worker") + ["--curve-server-key", folder["stranger.key"]], "right --curve-… keys"),
            ([], "do not agree"),
            (own("stranger") + server, "turned this end away"),
        ]
        let strangers = try wrong.map { options, _ in try work(parts, options) }
        for (stranger, (_, complaint)) in zip(strangers, wrong) {
            try await stranger.errors.wait(for: parts.tasks, complaint)
            try await stranger.errors.wait(for: parts.results, complaint)
        }
        // It has tried again and again, and that is said at once and then ever more rarely, for as long as this takes.
        #expect(1...5 ~= parts.producer.errors.soFar.count { $0.contains("its public key is not in") })
        #expect(parts.collector.output.soFar == [])
        let worker = try work(parts, own("worker") + server)
        try await expectAll(3, of: parts)
        for program in strangers + [worker] { program.signal(SIGTERM) }
        for stranger in strangers {
            #expect(try await stranger.ending() == .exited(0))
            #expect(try await stranger.errors.all().last?.contains(": 0 tasks done") == true)
        }
    }

    @Test func `A worker whose key comes into the folder later is let in then`() async throws {
        let parts = try await parts(tasks: 3)
        let worker = try work(parts, own("stranger") + server)
        try await parts.producer.errors.wait(for: "turned 127.0.0.1 away")
        try allow("stranger.key")
        try await expectAll(3, of: parts)
        worker.signal(SIGTERM)
    }

    @Test(arguments: [[], ["--plain"]])
    func `run and workers of other machines that have keys share the tasks`(mode: [String]) async throws {
        let run = try programs.pipeline(
            [
                "run", try folder.numbers(200), "--exec", "sleep 0.02; echo {}", "--workers", "1", "--tasks",
                "tcp://127.0.0.1:*", "--results", "tcp://127.0.0.1:*",
            ] + mode + bound)
        if mode.isEmpty {
            let (tasks, results) = (try await run.endpoint("tasks on "), try await run.endpoint("results on "))
            let worker = try programs.pipeline(
                ["work", "--tasks", tasks, "--results", results, "--exec", "sleep 0.02; echo {}"] + own("worker")
                    + server)
            #expect(try await run.ending() == .exited(0))
            worker.signal(SIGTERM)
            #expect(try await worker.ending() == .exited(0))
            #expect(try await worker.errors.all().last?.contains(": 0 tasks done") == false)
        }
        #expect(try await run.ending() == .exited(0))
        #expect(try await run.output.all().compactMap { Int($0) }.sorted() == Array(1...200))
    }

    @Test func `The classic chain is encrypted, too`() async throws {
        let producer = try programs.pipeline(
            ["produce", "--plain", try folder.numbers(50), "--tasks", "tcp://127.0.0.1:*"] + bound)
        let collector = try programs.pipeline(["collect", "--plain", "--results", "tcp://127.0.0.1:*"] + bound)
        let endpoints = [
            "--tasks", try await producer.endpoint("tasks on "), "--results",
            try await collector.endpoint("results on "),
        ]
        let stranger = try programs.pipeline(
            ["work", "--plain", "--job", "echo"] + endpoints + own("stranger") + server)
        try await producer.errors.wait(for: "turned 127.0.0.1 away")
        let worker = try programs.pipeline(
            ["work", "--plain", "--job", "echo", "--concurrency", "1"] + endpoints + own("worker") + server)
        try await collector.output.wait(for: "50")
        for program in [collector, stranger, worker] { program.signal(SIGTERM) }
        #expect(try await collector.output.all().compactMap { Int($0) }.sorted() == Array(1...50))
    }

    @Test func `Certificates of pyzmq and of czmq are as good`() async throws {
        let script = PackageFolder.path("Tests/Interop/certificate.py")
        #expect(try await programs.python(script, "create", folder.path, "snake").ending() == .exited(0))
        // As zcert_save() of czmq 4.2 writes a secret certificate and a public one.
        let keys = ["uSDifc&2skpHXgjuG-[e>OdSg50%IBp^JmUSe!rh", "2?aZ2>jn6ae3sM4lq%w)Np}L=PK$B^L?*0e!.mbr"]
        let head = "#   ****  Generated on 2026-11-29 22:40:00 by CZMQ  ****\n"
        for (name, note, lines) in [
            (
                "czech.key",
                "#   ZeroMQ CURVE Public Certificate\n#   Exchange securely, or use a secure mechanism to "
                    + "verify the contents\n#   of this file after exchange. Store public certificates in your home\n"
                    + "#   directory, in the .curve subdirectory.\n",
                ["public-key = \"\(keys[0])\""]
            ),
            (
                "czech.key_secret",
                "#   ZeroMQ CURVE **Secret** Certificate\n#   DO NOT PROVIDE THIS FILE TO OTHER "
                    + "USERS nor change its permissions.\n",
                ["public-key = \"\(keys[0])\"", "secret-key = \"\(keys[1])\""]
            ),
        ] {
            let curve = lines.map { "    \($0)\n" }.joined()
            _ = try folder.write("\(head)\(note)\nmetadata\n    name = \"from czmq\"\ncurve\n\(curve)", to: name)
        }
        try allow("snake.key")
        try allow("czech.key")
        let parts = try await parts(tasks: 60, "--delay", "20ms")
        let workers = try ["snake", "czech"].map { try work(parts, own($0) + server + ["--concurrency", "1"]) }
        try await expectAll(60, of: parts)
        for worker in workers { worker.signal(SIGTERM) }
        for worker in workers {
            #expect(try await worker.ending() == .exited(0))
            #expect(try await worker.errors.all().last?.contains(": 0 tasks done") == false)
        }
    }

    @Test func `An endpoint that is open to other machines is said once`() async throws {
        let open = ["--tasks", "tcp://*:*", "--done", "tcp://*:*"]
        let local = ["--tasks", "tcp://127.0.0.1:*", "--done", "tcp://127.0.0.1:*"]
        for (options, count) in [(open, 1), (open + bound, 0), (local, 0)] {
            let producer = try programs.pipeline(["produce"] + options)
            try await producer.errors.wait(for: "done on ")
            producer.signal(SIGTERM)
            #expect(try await producer.ending() == .exited(143))
            let lines = try await producer.errors.all().filter { $0.contains("is open to every machine") }
            #expect(lines.count == count, "\(lines)")
        }
        let run = ["run", "/dev/null", "--job", "echo", "--tasks", "tcp://*:*", "--results", "tcp://*:*"]
        for (options, count) in [([], 1), (["--quiet"], 0)] {
            let program = try programs.pipeline(run + options)
            #expect(try await program.ending() == .exited(0))
            #expect(try await program.errors.all().count { $0.contains("is open to every machine") } == count)
        }
    }

    /// Arguments, and what the line must name.
    static let wrong: [([String], String)] = [
        (["produce", "--curve-secret-key", "x"], "--curve-allow is missing"),
        (["produce", "--curve-allow", "x"], "--curve-secret-key is missing"),
        (
            ["produce", "--curve-secret-key", "x", "--curve-allow", "y", "--curve-server-key", "z"],
            "--curve-server-key 'z'"
        ),
        (["work", "--curve-secret-key", "x"], "--curve-server-key is missing"),
        (["work", "--curve-server-key", "x", "--curve-allow", "y"], "--curve-allow 'y'"),
        (["collect", "--done", "tcp://h:1", "--curve-server-key", "x"], "--curve-secret-key is missing"),
        (["status", "--done", "tcp://h:1", "--curve-secret-key", "x"], "--curve-server-key is missing"),
        (["run", "--job", "echo", "--curve-secret-key", "x", "--curve-allow", "y"], "nothing to secure"),
    ]

    @Test(arguments: wrong)
    func `Options that do not go together are one line and status 64`(arguments: [String], names: String) async throws {
        let work = arguments[0] == "work" ? ["--job", "echo", "--tasks", "tcp://h:1", "--results", "tcp://h:2"] : []
        let program = try programs.pipeline(arguments + work)
        #expect(try await program.ending() == .exited(64))
        let lines = try await program.errors.all()
        #expect(lines.count == 1 && lines[0].contains(names), "\(lines)")
    }
}
