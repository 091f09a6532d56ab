import Foundation
import Glibc
import ProcessSupport
import Synchronization
import Testing

/// Requests through worker processes that are killed, stopped and started again.
///
/// `CHAOS_REQUESTS` sets how many (5000; `make chaos` takes 200,000), `CHAOS_WORKERS` through how many processes (8),
/// `CHAOS_SEED` what becomes of them.
@Suite(.serialized, .timeLimit(.minutes(60))) struct ChaosTests {
    /// What the clients have seen.
    private struct Seen {
        var statuses: [String: Int] = [:]
        var wrong: [String] = []
        var posted: [String: Int] = [:]
        var running = 0
        var slowestGet = Duration.zero
    }

    @Test func `Whatever becomes of the workers, every answer is the client's own and nothing is done twice`()
        async throws
    {
        let requests = Parameter.number("CHAOS_REQUESTS", default: 5000)
        let count = max(2, Parameter.number("CHAOS_WORKERS", default: 8))
        let seed = Parameter.number("CHAOS_SEED", default: Int.random(in: 0...Int(Int32.max)))
        print("chaos: CHAOS_SEED=\(seed) CHAOS_REQUESTS=\(requests) CHAOS_WORKERS=\(count)")
        let record = FileManager.default.temporaryDirectory.appending(path: "chaos-\(getpid())-\(seed)").path()
        defer { try? FileManager.default.removeItem(atPath: record) }
        // More retries than anybody can have bad luck, so that a GET fails for no other reason than a mistake.
        let deadline = Duration.seconds(15)
        let gateway = try await FaultGateway(
            "--heartbeat", "200ms", "--request-timeout", "15s", "--worker-grace", "5s", "--retries", "20")
        var herd = try Herd(gateway: gateway, record: record, count: count, seed: UInt64(seed))
        try await gateway.waitForWorker()

        let clients = 16
        let seen = Watched(Seen(running: clients))
        for client in 0..<clients {
            let port = gateway.port
            Thread.detachNewThread {
                var random = SplitMix(seed: UInt64(seed &+ client))
                var own = Seen()
                do {
                    let connection = try BlockingClient(port: port)
                    for number in 0..<(requests / clients) {
                        let method = Int.random(in: 0..<4, using: &random) == 0 ? "POST" : "GET"
                        let token = "\(client)-\(number)"
                        let began = ContinuousClock.now
                        let answer = try connection.ask(method, "/fault?\(token)")
                        own.statuses["\(method) \(answer.status)", default: 0] += 1
                        if method == "POST" {
                            own.posted[token] = answer.status
                        } else {
                            own.slowestGet = max(own.slowestGet, ContinuousClock.now - began)
                        }
                        let isOwn = answer.status == 200 ? answer.body == token : answer.body.contains("\"code\"")
                        let mayFail = method == "POST" && [502, 503, 504].contains(answer.status)
                        if !isOwn || answer.status != 200 && !mayFail {
                            own.wrong.append("\(method) \(token): \(answer.status) \(answer.body)")
                        }
                    }
                } catch {
                    own.wrong.append("client \(client): \(error)")
                }
                let result = own
                seen.change { seen in
                    seen.statuses.merge(result.statuses, uniquingKeysWith: +)
                    seen.posted.merge(result.posted) { first, _ in first }
                    seen.wrong += result.wrong
                    seen.slowestGet = max(seen.slowestGet, result.slowestGet)
                    seen.running -= 1
                }
            }
        }
        while seen.value.running > 0 {
            try herd.disturb()
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...60, using: &herd.random)))
        }
        herd.continueAll()

        let result = seen.value
        let lines = try String(contentsOfFile: record, encoding: .utf8).split(separator: "\n").map(String.init)
        let executions = Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
        print("chaos: \(result.statuses.sorted { $0.key < $1.key }), \(herd.told), slowest GET \(result.slowestGet)")
        #expect(result.wrong.prefix(10) == [])
        #expect(result.slowestGet < deadline)
        #expect(executions.filter { $0.value > 1 }.isEmpty, "executed twice")
        #expect(executions.keys.allSatisfy { result.posted[$0] != nil }, "executed and never asked for")
        #expect(
            result.posted.filter { $0.value == 200 && executions[$0.key] == nil }.isEmpty, "answered, not executed")
        // The gateway has outlived it, and serves.
        #expect(try BlockingClient(port: gateway.port).ask("GET", "/fault?after").status == 200)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
    }
}
