import Foundation
import ProcessSupport
import Testing

/// `pubsub bench` as a process.
@Suite(.serialized, .timeLimit(.minutes(5))) struct BenchTests {
    let programs = Programs()

    private struct Result: Decodable {
        struct Latency: Decodable {
            let p50, p99, p99_9, max: Double?
        }

        let sent, received, lost: Int
        let messages_per_second, bytes_per_second: Double
        let latency_us: Latency
    }

    private func result(of program: RunningProgram) async throws -> Result {
        #expect(try await program.ending() == .exited(0), "\(program.errors.soFar)")
        let lines = try await program.output.all()
        try #require(lines.count == 1, "\(lines)")
        return try JSONDecoder().decode(Result.self, from: Data(lines[0].utf8))
    }

    @Test(arguments: [[], ["--forwarder"]])
    func `A rate is kept, and every message reaches every subscriber`(options: [String]) async throws {
        let program = try programs.pubsub(
            [
                "bench", "--rate", "1000/s", "--duration", "1s", "--subscribers", "3", "--size", "100", "--format",
                "json",
            ]
                + options)
        let result = try await result(of: program)
        // A sender that was late catches up, and the end is looked at between two messages.
        #expect((900...1100).contains(result.sent))
        #expect(result.received == 3 * result.sent && result.lost == 0)
        #expect(abs(result.bytes_per_second / result.messages_per_second - 100) < 1)
        let latency = result.latency_us
        let values = try [latency.p50, latency.p99, latency.p99_9, latency.max].map { try #require($0) }
        #expect(values == values.sorted() && values[0] > 0 && values[0] < 1e6, "\(values)")
    }

    @Test func `As fast as possible nothing is lost`() async throws {
        let program = try programs.pubsub("bench", "--duration", "500ms", "--format", "json")
        let result = try await result(of: program)
        #expect(result.sent > 1000 && result.received == result.sent && result.lost == 0)
    }

    @Test func `Subscribers may join from elsewhere, and say what they have received`() async throws {
        let bench = try programs.pubsub(
            "bench", "--bind", "tcp://127.0.0.1:*", "--joining", "1", "--rate", "500/s", "--duration", "1s", "--format",
            "json")
        let endpoint = try await bench.endpoint("waiting for 1 subscriber to join at ")
        let joined = try programs.pubsub("bench", "--join", endpoint, "--format", "json")
        let (one, other) = (try await result(of: bench), try await result(of: joined))
        #expect(one.received == one.sent && other.received == one.sent && other.sent == one.sent && other.lost == 0)
    }

    @Test(arguments: [(2, 130), (15, 143)] as [(Int32, Int32)])
    func `Interrupted it says by what`(signal: Int32, status: Int32) async throws {
        let program = try programs.pubsub("bench", "--joining", "1", "--subscribers", "0")
        try await program.errors.wait(for: "waiting for 1 subscriber to join at ")
        program.signal(signal)
        #expect(try await program.ending() == .exited(status))
        #expect(try await program.output.all() == [])
    }

    @Test func `For people it is five lines`() async throws {
        let program = try programs.pubsub("bench", "--duration", "100ms")
        #expect(try await program.ending() == .exited(0))
        let words = try await program.output.all().map { String($0.prefix { $0 != " " }) }
        #expect(words == ["sent", "received", "lost", "throughput", "latency"])
    }
}
