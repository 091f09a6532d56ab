import Foundation
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// The administration listener of the real program.
@Suite(.timeLimit(.minutes(5))) struct AdminTests {
    let programs = Programs()

    /// Asks the administration listener on a connection for each question, as an idle one is closed.
    private struct Administration {
        let port: Int

        func ask(_ method: String, _ target: String, body: [UInt8]? = nil) async throws -> HTTPAnswer {
            try await HTTPConnection.open(to: port).ask(method, target, body: body)
        }
    }

    /// A gateway, and its administration listener.
    private func gateway(_ options: String...) async throws -> (RunningGateway, Administration, Int) {
        let program = try programs.webgateway(
            ["serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:0"] + options)
        let gateway = try await RunningGateway(program)
        let line = try await program.output.wait(for: "admin on http://127.0.0.1:")
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        return (gateway, Administration(port: port), port)
    }

    @Test func `Health, readiness, links and what is not there`() async throws {
        let (_, admin, _) = try await gateway()
        #expect(try await admin.ask("GET", "/healthz").status == 200)
        let ready = try await admin.ask("GET", "/readyz?full=1")
        #expect(ready.status == 200)
        #expect(ready.text == "ready\n")
        #expect(ready["cache-control"] == "no-store")
        #expect(ready["date"]?.hasSuffix(" GMT") == true && ready["x-request-id"] != nil)
        let index = try await admin.ask("GET", "/")
        #expect(index["content-type"] == "text/html; charset=utf-8")
        for page in ["/healthz", "/readyz", "/metrics", "/workers", "/programs", "/history"] {
            #expect(index.text.contains("href=\"\(page)\""))
            #expect(try await admin.ask("HEAD", page).status == 200)
        }
        #expect(try await admin.ask("GET", "/hello").status == 404)
        let refused = try await admin.ask("POST", "/metrics", body: Array("x".utf8))
        #expect(refused.status == 405)
        #expect(refused["allow"] == "GET, HEAD")
        #expect(try await admin.ask("GET", "/healthz").status == 200)
    }

    @Test func `The metrics tell of requests, errors, workers and connections`() async throws {
        let (gateway, admin, _) = try await gateway("--demo-workers", "0")
        for service in ["hello", "hello", "echo"] { _ = try programs.demonstrationWorker(service, of: gateway) }
        try await gateway.program.errors.wait(for: "worker registered", count: 3)
        let client = try await HTTPConnection.open(to: gateway.port)
        #expect(try await client.ask("GET", "/hello").status == 200)
        #expect(try await client.ask("BREW", "/echo").status == 200)
        #expect(try await client.ask("GET", "/nobody-\(UUID().uuidString)").status == 404)
        let answer = try await admin.ask("GET", "/metrics")
        #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = Set(answer.text.split(separator: "\n"))
        for line in [
            "webgateway_requests_total{service=\"hello\",method=\"GET\",status=\"200\"} 1",
            "webgateway_requests_total{service=\"echo\",method=\"other\",status=\"200\"} 1",
            "webgateway_requests_total{service=\"\",method=\"GET\",status=\"404\"} 1",
            "webgateway_request_seconds_count{service=\"hello\"} 1",
            "webgateway_request_seconds_bucket{service=\"hello\",le=\"+Inf\"} 1",
            "webgateway_in_flight 0", "webgateway_queue_depth{service=\"hello\"} 0",
            "webgateway_workers{service=\"hello\"} 2", "webgateway_connections 1", "webgateway_retries_total 0",
            "webgateway_late_replies_total 0", "webgateway_handshake_failures_total 0",
            "webgateway_errors_total{code=\"unknown-service\"} 1", "webgateway_errors_total{code=\"queue-full\"} 0",
        ] { #expect(lines.contains(Substring(line)), "\(line) is missing in\n\(answer.text)") }
        #expect(!answer.text.contains("nobody-"))
    }

    @Test func `Requests of MDP clients that fail are counted by code, as those over HTTP are`() async throws {
        let (gateway, admin, _) = try await gateway(
            "--clients", "tcp://127.0.0.1:*", "--request-timeout", "2s", "--demo-workers", "0")
        let endpoint = String(try await gateway.program.output.wait(for: "clients on tcp://").dropFirst(11))
        _ = try await programs.obedientWorker("mdp", "slow", of: gateway)
        try await gateway.program.errors.wait(for: "worker registered", "service=slow ")
        let context = try Context()
        let dealer = try Dealer(context)
        try dealer.connect(endpoint)
        try await dealer.send(["MDPC02", "\u{1}", "nobody", "x"])
        try await dealer.send(["MDPC02", "\u{1}", "nobody", "x"])
        try await dealer.send(["MDPC02", "\u{1}", "slow", "GET /wait HTTP/1.1\r\n\r\n", ""])
        try await dealer.send(["nonsense"])
        #expect(try await gateway.ask("GET", "/nobody").code == "unknown-service")
        let counts = ["unknown-service": 3, "timeout-worker": 1, "bad-request": 1, "no-worker": 0]
        for (code, count) in counts {
            let line = "webgateway_errors_total{code=\"\(code)\"} \(count)\n"
            while !(try await admin.ask("GET", "/metrics").text.contains(line)) {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        // They are no HTTP requests.
        let text = try await admin.ask("GET", "/metrics").text
        #expect(!text.contains("webgateway_requests_total{service=\"slow\""))
        await context.shutdown()
    }

    @Test func `Requests at a worker, in the queue and too late are counted`() async throws {
        let (gateway, admin, _) = try await gateway("--demo-workers", "0", "--request-timeout", "2s")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        async let first = gateway.ask("GET", "/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        async let second = gateway.ask("GET", "/slow/now")
        while !(try await admin.ask("GET", "/metrics").text.contains("webgateway_queue_depth{service=\"slow\"} 1\n")) {
            try await Task.sleep(for: .milliseconds(5))
        }
        let text = try await admin.ask("GET", "/metrics").text
        #expect(text.contains("webgateway_in_flight 1\n"))
        #expect(text.contains("webgateway_workers{service=\"slow\"} 1\n"))
        #expect(try await [first.code, second.code] == ["timeout-worker", "timeout-worker"])
        worker.enter("answer")
        while !(try await admin.ask("GET", "/metrics").text.contains("webgateway_late_replies_total 1\n")) {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(
            try await admin.ask("GET", "/metrics").text.contains("webgateway_errors_total{code=\"timeout-worker\"} 2\n")
        )
    }

    @Test func `A connection that is no worker's counts as a failed handshake and is logged`() async throws {
        let (gateway, admin, _) = try await gateway()
        let port = try #require(gateway.workerEndpoint.split(separator: ":").last.flatMap { Int($0) })
        // A greeting of ZMTP 3 that asks for a mechanism which the endpoint does not have.
        let signature: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 0]
        let mechanism = Array("BOGUS".utf8) + Array(repeating: 0, count: 15)
        _ = try await RawExchange.answer(to: signature + mechanism + Array(repeating: 0, count: 32), port: port)
        try await gateway.program.errors.wait(for: "a worker's connection failed")
        while try await admin.ask("GET", "/metrics").text.contains("webgateway_handshake_failures_total 0\n") {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `Workers are told with where they are and what they do`() async throws {
        let (gateway, admin, _) = try await gateway("--demo-workers", "0")
        #expect(try await admin.ask("GET", "/workers").text == "[]\n")
        _ = try programs.demonstrationWorker("hello", of: gateway)
        _ = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/hello")
        try await gateway.waitForService("/slow/now")
        let answer = try await admin.ask("GET", "/workers")
        #expect(answer["content-type"] == "application/json")
        let workers = try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body)) as? [[String: Any]])
        #expect(workers.map { $0["service"] as? String } == ["hello", "slow"])
        #expect(workers.map { $0["dialect"] as? String } == ["MDP/0.2", "REQ"])
        #expect(workers.map { $0["concurrency"] as? Int } == [16, 1])
        for worker in workers {
            #expect(worker["address"] as? String == "127.0.0.1", "\(worker)")
            #expect(worker["in_flight"] as? Int == 0)
            #expect((worker["served"] as? Int ?? 0) >= 1)
            #expect((worker["last_heard"] as? String)?.hasSuffix("Z") == true)
        }
    }

    @Test func `It says that it drains until the last request is answered`() async throws {
        let (gateway, admin, _) = try await gateway("--demo-workers", "0")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        async let answer = gateway.ask("GET", "/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        gateway.program.signal(SIGTERM)
        try await gateway.program.errors.wait(for: "draining")
        while try await admin.ask("GET", "/readyz").status == 200 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try await admin.ask("GET", "/readyz").status == 503)
        #expect(try await admin.ask("GET", "/healthz").status == 200)
        worker.enter("answer")
        #expect(try await answer.status == 200)
        #expect(try await gateway.program.ending() == .exited(0))
    }

    @Test func `An address in use is told with its flag`() async throws {
        let (_, _, port) = try await gateway()
        let second = try programs.webgateway(
            "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:\(port)",
            "--demo-workers", "0")
        #expect(try await second.ending() == .exited(1))
        let lines = try await second.errors.all()
        #expect(lines.count == 1)
        #expect(lines.first?.contains("127.0.0.1:\(port)") == true)
        #expect(lines.first?.contains("--admin HOST:PORT") == true)
        #expect(try await second.output.all() == [])
    }

    @Test func `The access log names the worker, and how long the request waited and took`() async throws {
        let (gateway, admin, _) = try await gateway("--demo-workers", "0", "--log-format", "json")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway)
        try await gateway.waitForService("/slow/now")
        async let answer = gateway.ask("GET", "/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        worker.enter("answer")
        #expect(try await answer.status == 200)
        let line = try await gateway.program.errors.wait(for: "\"target\":\"/slow/wait\"", "\"status\":200")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let registered = try #require(
            try JSONSerialization.jsonObject(with: Data(try await admin.ask("GET", "/workers").body))
                as? [[String: Any]])
        #expect(fields["worker"] as? String == registered.first?["id"] as? String)
        let whole = try #require(fields["us"] as? Int)
        let waiting = try #require(fields["us_waiting"] as? Int)
        let working = try #require(fields["us_working"] as? Int)
        #expect(waiting >= 0 && working > 0 && waiting + working <= whole + 1000)
    }
}
