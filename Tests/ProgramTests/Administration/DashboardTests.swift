import Foundation
import Glibc
import NIOCore
import NIOPosix
import ProcessSupport
import Testing

/// What the administration listener says each second.
@Suite(.timeLimit(.minutes(5))) struct DashboardTests {
    let programs = Programs()

    private struct Snapshot: Decodable {
        struct Service: Decodable { let name: String, workers: Int, in_flight: Int, queued: Int }
        struct Latency: Decodable { let p50, p90, p99: Double? }
        let time, requests_per_second: Double
        let latency: Latency
        let services: [Service]
        let errors: [String: Int]
        let connections: Int
    }

    /// The next events of a connection to `/events`, once enough have come.
    private func events(_ count: Int, of gateway: ProgramGateway) async throws -> [String] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: gateway.adminPort) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { input, output in
            try await output.write(ByteBuffer(string: "GET /events HTTP/1.0\r\n\r\n"))
            var text = ""
            for try await bytes in input {
                text += String(buffer: bytes)
                let lines = text.split(separator: "\n").filter { $0.hasPrefix("data: ") && $0.hasSuffix("}") }
                guard lines.count >= count else { continue }
                // So that no proxy keeps them back.
                #expect(text.contains("\r\nx-accel-buffering: no\r\n"))
                return lines.map { String($0.dropFirst(6)) }
            }
            return []
        }
    }

    @Test func `A snapshot each second is the same for all who watch, and has the documented members`() async throws {
        let gateway = try await ProgramGateway(programs, "--run", try await ProgramGateway.command("s"))
        _ = try await gateway.settled()
        for _ in 0..<20 { _ = try await gateway.gateway.ask("GET", "/s/who") }
        _ = try await gateway.gateway.ask("GET", "/nobody")
        async let one = events(4, of: gateway)
        async let other = events(4, of: gateway)
        let (first, second) = (try await one, try await other)
        #expect(Set(first).intersection(second).count >= 2)
        let members = try #require(
            JSONSerialization.jsonObject(with: Data(first[0].utf8)) as? [String: Any])
        #expect(
            Set(members.keys) == [
                "time", "requests_per_second", "latency", "services", "errors", "connections", "programs", "streams",
            ])
        let snapshots = try first.map { try JSONDecoder().decode(Snapshot.self, from: Data($0.utf8)) }
        let gaps = zip(snapshots, snapshots.dropFirst()).map { $1.time - $0.time }
        #expect(gaps.allSatisfy { $0 > 0.4 && $0 < 10 }, "\(gaps)")
        #expect(snapshots[0].services.map(\.name) == ["s"] && snapshots[0].services[0].workers == 1)
        // The past has the requests, whenever they came, and the one that failed.
        let text = try await gateway.administer("GET", "/history").text
        let history = try JSONDecoder().decode([Snapshot].self, from: Data(text.utf8))
        #expect(history.count >= 4)
        #expect(history.contains { $0.errors["unknown-service"] == 1 })
        #expect(history.contains { ($0.latency.p50 ?? 0) > 0 && ($0.latency.p99 ?? 0) >= ($0.latency.p50 ?? 1) })
    }

    @Test func `It goes on while the gateway is overloaded, and says so`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--queue-limit", "50", "--access-log", "off")
        _ = try await gateway.settled()
        let isOver = Watched(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let connection = try await HTTPConnection.open(to: gateway.gateway.port)
                    while !isOver.value { _ = try await connection.ask("GET", "/s/wait/0.1") }
                }
            }
            let snapshots = try await events(6, of: gateway).map {
                try JSONDecoder().decode(Snapshot.self, from: Data($0.utf8))
            }
            #expect(snapshots.contains { ($0.errors["queue-full"] ?? 0) > 0 })
            #expect(snapshots.contains { $0.services[0].queued > 10 })
            while try await !gateway.administer("GET", "/").text.contains("most with queue-full") {
                try await Task.sleep(for: .milliseconds(100))
            }
            isOver.change { $0 = true }
            try await group.waitForAll()
        }
    }

    @Test func `Three who watch an idle gateway cost it a twentieth of a core at most`() async throws {
        let gateway = try await ProgramGateway(programs)
        // What is done once is done.
        _ = try await events(1, of: gateway)
        let start = ContinuousClock.now
        let before = try processorTime(of: gateway.gateway.program.processID)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { _ = try await events(11, of: gateway) }
                group.addTask {
                    // As often as the page's script does.
                    for _ in 0..<5 {
                        #expect(try await gateway.administer("GET", "/details").status == 200)
                        try await Task.sleep(for: .seconds(2))
                    }
                }
            }
            try await group.waitForAll()
        }
        let spent = try processorTime(of: gateway.gateway.program.processID) - before
        let share = spent / ((ContinuousClock.now - start) / .seconds(1))
        // The goal is a hundredth; this is for a build that is not optimized, on a machine that is busy.
        #expect(share < 0.05, "\(share) of a core")
    }

    /// The seconds of user and system time that a process has taken.
    private func processorTime(of process: pid_t) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // Behind the name, which is in parentheses, the 14th and 15th of all fields.
        let fields = try #require(text.components(separatedBy: ") ").last).split(separator: " ")
        let ticks = try [fields[11], fields[12]].map { try #require(Double($0)) }
        return (ticks[0] + ticks[1]) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    @Test func `The page has its files, its policy and no script within it`() async throws {
        let gateway = try await ProgramGateway(programs)
        let page = try await gateway.administer("GET", "/")
        #expect(page["content-security-policy"] == "default-src 'self'")
        #expect(page.text.contains("<script src=\"/dashboard.js\" defer></script>"))
        #expect(!page.text.contains("{") && !page.text.contains("style="))
        for (path, type) in [
            ("/dashboard.css", "text/css; charset=utf-8"), ("/dashboard.js", "text/javascript; charset=utf-8"),
            ("/icon.svg", "image/svg+xml"), ("/details", "application/json"), ("/history", "application/json"),
        ] { #expect(try await gateway.administer("GET", path)["content-type"] == type) }
        #expect(try await gateway.administer("POST", "/events").status == 405)
    }
}
