import Foundation
import Glibc
import ProcessSupport
import Synchronization
import Testing

/// Requests through worker processes that are killed, stopped and started again.
///
/// `CHAOS_REQUESTS` sets how many (5000; `make chaos` takes 200,000), `CHAOS_WORKERS` through how many processes (8),
/// `CHAOS_SEED` what becomes of them. Over HTTP/2 they come through `CHAOS_CONNECTIONS` (10; 50)
/// with `CHAOS_STREAMS` (20) each.
@Suite(.serialized, .timeLimit(.minutes(60))) struct ChaosTests {
    private let requests = Parameter.number("CHAOS_REQUESTS", default: 5000)
    private let workers = max(2, Parameter.number("CHAOS_WORKERS", default: 8))
    private let seed = Parameter.number("CHAOS_SEED", default: Int.random(in: 0...Int(Int32.max)))
    private let folder = try? TemporaryFolder()

    @Test func `Whatever becomes of the workers, every answer is the client's own and nothing is done twice`()
        async throws
    {
        try await disturbing(deadline: .seconds(15)) { gateway in try await outcomeOverHTTP1(gateway.port) }
    }

    @Test(
        .enabled("Python has no h2: Scripts/need python-h2", { await RunningProgram.hasPythonModule("h2.connection") }))
    func `Whatever becomes of the workers, every answer over TLS and HTTP/2 is the stream's own`() async throws {
        let certificates = try Certificates()
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca")
        try await disturbing(certificates) { gateway in
            let client = try await RunningProgram.python([
                PackageFolder.path("Tests/Interop/h2_chaos.py"), "\(try #require(gateway.securePort))",
                certificates.certificate("ca"), "\(Parameter.number("CHAOS_CONNECTIONS", default: 10))",
                "\(Parameter.number("CHAOS_STREAMS", default: 20))", "\(requests)", "\(seed)",
            ])
            _ = try await client.ending()
            let printed = try await client.output.all().joined()
            guard !printed.isEmpty else {
                throw OutputLines.Ended(description: try await client.errors.all().joined(separator: "\n"))
            }
            return try JSONDecoder().decode(ChaosOutcome.self, from: Data(printed.utf8))
        }
    }

    /// Has clients ask while the workers are disturbed, and compares what they saw with what was done.
    private func disturbing(
        _ certificates: Certificates? = nil, deadline: Duration? = nil,
        _ ask: (FaultGateway) async throws -> ChaosOutcome
    ) async throws {
        print("chaos: CHAOS_SEED=\(seed) CHAOS_REQUESTS=\(requests) CHAOS_WORKERS=\(workers)")
        let record = "\(try #require(folder).path)/record"
        // More retries than anybody can have bad luck, so that a GET fails for no other reason than a mistake.
        let gateway = try await FaultGateway(
            "--heartbeat", "200ms", "--request-timeout", "15s", "--worker-grace", "5s", "--retries", "20",
            certificates: certificates)
        let herd = try Herd(gateway: gateway, record: record, count: workers, seed: UInt64(seed))
        try await gateway.waitForWorker()

        let isOver = Watched(false)
        let disturbing = Task {
            var herd = herd
            while !isOver.value {
                try herd.disturb()
                try await Task.sleep(for: .milliseconds(Int.random(in: 5...60, using: &herd.random)))
            }
            herd.continueAll()
            return herd.told
        }
        let outcome: Result<ChaosOutcome, any Error>
        do { outcome = .success(try await ask(gateway)) } catch { outcome = .failure(error) }
        isOver.change { $0 = true }
        let told = try await disturbing.value
        let seen = try outcome.get()

        print("chaos: \(seen.statuses.sorted { $0.key < $1.key }), \(told), slowest GET \(seen.slowestGet) s")
        try seen.expectWhole(record: record, deadline: deadline)
        // The gateway has outlived it, and serves.
        #expect(try BlockingClient(port: gateway.port).ask("GET", "/fault?after").status == 200)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    /// What sixteen clients see, each on a thread and a connection of its own.
    private func outcomeOverHTTP1(_ port: Int) async throws -> ChaosOutcome {
        let clients = 16
        let each = requests / clients
        let seen = Watched((outcome: ChaosOutcome(), running: clients))
        for client in 0..<clients {
            let seed = seed
            Thread.detachNewThread {
                let own = Self.outcome(of: client, port, requests: each, seed: seed)
                seen.change { seen in
                    seen.outcome.merge(own)
                    seen.running -= 1
                }
            }
        }
        return try await seen.wait { $0.running == 0 ? $0.outcome : nil }
    }

    private static func outcome(of client: Int, _ port: Int, requests: Int, seed: Int) -> ChaosOutcome {
        var random = SplitMix(seed: UInt64(seed &+ client))
        var own = ChaosOutcome()
        do {
            let connection = try BlockingClient(port: port)
            for number in 0..<requests {
                let method = Int.random(in: 0..<4, using: &random) == 0 ? "POST" : "GET"
                let token = "\(client)-\(number)"
                let began = ContinuousClock.now
                own.note(method, token, try connection.ask(method, "/fault?\(token)"), after: .now - began)
            }
        } catch {
            own.wrong.append("client \(client): \(error)")
        }
        return own
    }
}
