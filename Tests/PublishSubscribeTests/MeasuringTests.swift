import Foundation
import PublishSubscribe
import SwiftZMQ
import Testing

/// What a benchmark makes of what its subscribers have received.
@Suite struct MeasuringTests {
    private struct Report: Decodable {
        struct Latency: Decodable {
            let p50, p99, p99_9, max: Double?
        }

        let sent, received, lost: Int
        let messages_per_second, bytes_per_second: Double
        let latency_us: Latency
    }

    private func report(_ result: BenchmarkResult) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(result.json.utf8))
    }

    /// A subscriber that has received some messages of 100 bytes: one a millisecond, each 10 microseconds after it was sent.
    private func meter(of numbers: [UInt64]) -> BenchmarkMeter {
        var meter = BenchmarkMeter()
        for number in numbers {
            let sent = 1_000_000_000 + number * 1_000_000
            meter.record(.update(number: number, sent: sent), size: 100, at: sent + 10_000)
        }
        return meter
    }

    @Test func `What a subscriber did not receive is lost, each one's counted`() throws {
        let result = BenchmarkResult(sent: 10, meters: [meter(of: [0, 1, 2, 3, 9]), meter(of: Array(0..<8))])
        let report = try report(result)
        #expect(report.sent == 10 && report.received == 13 && report.lost == 7)
        #expect(
            result.text.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }.prefix(3)
                == ["sent 10", "received 13", "lost 7"])
    }

    @Test func `Throughput is over the time from the first message to the last, and latency each one's`() throws {
        let report = try report(BenchmarkResult(sent: 11, meters: [meter(of: Array(0...10))]))
        // Eleven in 10.01 ms.
        #expect(abs(report.messages_per_second - 1098.9) < 0.2)
        #expect(abs(report.bytes_per_second - 109_890) < 20)
        for latency in [report.latency_us.p50, report.latency_us.p99, report.latency_us.p99_9, report.latency_us.max] {
            #expect(abs((latency ?? 0) - 10) < 0.1)
        }
    }

    @Test func `Who has received nothing has no latency, and all is lost`() throws {
        let report = try report(BenchmarkResult(sent: 3, meters: [BenchmarkMeter()]))
        #expect(report.lost == 3 && report.messages_per_second == 0 && report.latency_us.p50 == nil)
    }

    @Test func `A message is at least what it must hold, and comes back`() {
        var message = BenchmarkMessage(size: 1)
        let smallest = message.frame(.end(sent: 7))
        #expect(smallest.count == BenchmarkMessage.smallest)
        for content in [BenchmarkMessage.Content.update(number: 5, sent: 9), .end(sent: 12)] {
            let frame = message.frame(content)
            #expect(BenchmarkMessage.content(of: frame) == content)
        }
        #expect(BenchmarkMessage.content(of: "short") == nil)
    }
}
