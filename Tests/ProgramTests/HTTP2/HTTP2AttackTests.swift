import Glibc
import ProcessSupport
import Testing

/// Frames as no good client sends them, and as good clients do, byte for byte: every case of h2spec, what public reports
/// of other servers tell of, and what the specification of the gateway adds. All of it goes to one gateway, which must
/// serve others all the time.
@Suite(.serialized, .timeLimit(.minutes(5)), .oneHTTP2Gateway) struct HTTP2AttackTests {
    @Test(arguments: HTTP2Case.all)
    func `A client gets what it must get, and another is served all the same`(attack: HTTP2Case) async throws {
        let gateway = try #require(OneHTTP2Gateway.current)
        try await gateway.withClient { other in
            try attack.run(port: other.port)
            for step in [Step.request(), .answer()] { try step.run(other) }
        }
    }

    @Test func `Names of cases are all different`() {
        #expect(Set(HTTP2Case.all.map(\.name)).count == HTTP2Case.all.count)
    }

    @Test func `Every case of h2spec is among them`() {
        let names = Set(HTTP2Case.all.map(\.name))
        for row in H2SpecTable.rows { #expect(names.contains(String(row.ours)), "\(row)") }
        // All that there are, of version 2.6.0.
        #expect(Set(H2SpecTable.rows.map(\.theirs)).count == 147)
    }

    /// Sixteen at a time, in any order: what one client does is nothing to another.
    @Test func `All cases at once come to the same`() async throws {
        let gateway = try #require(OneHTTP2Gateway.current)
        let port = gateway.port
        var cases = HTTP2Case.all.shuffled()[...]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<HTTP2Case.all.count {
                if number >= 16 { try await group.next() }
                let attack = cases.removeFirst()
                group.addTask {
                    do {
                        try await HTTP2Gateway.onThread { try attack.run(port: port) }
                    } catch {
                        Issue.record("\(attack.name): \(error)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `The gateway is well after all of it, and ends when it is told to`() async throws {
        let gateway = try #require(OneHTTP2Gateway.current)
        let program = gateway.gateway.program
        #expect(program.errors.soFar.allSatisfy { !$0.contains("Fatal error") })
        // Nothing that a client sent stands in the log as it came.
        let controls = program.errors.soFar.filter { $0.unicodeScalars.contains { $0.value < 0x20 } }
        #expect(controls == [])
        #expect(gateway.worker.errors.soFar == [])
        #expect(try gateway.residentMemory() < 200 << 20)
        try await gateway.wait(for: "webgateway_connections", toBe: 0)
        try await gateway.wait(for: "webgateway_in_flight", toBe: 0)
        // What is left of a connection would hold up the drain.
        let began = ContinuousClock.now
        program.signal(SIGTERM)
        #expect(try await program.ending() == .exited(0))
        #expect(ContinuousClock.now - began < .seconds(5))
    }
}
