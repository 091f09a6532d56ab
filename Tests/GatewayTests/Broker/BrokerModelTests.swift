import Foundation
import Testing

/// Random sequences of events against a model of the workers, the clients and the network.
///
/// `BROKER_MODEL_SEQUENCES` sets how many (2000), `BROKER_MODEL_SEED` the first seed (a random one, printed).
@Suite struct BrokerModelTests {
    @Test func `Whatever happens in whatever order, every rule of the dispatch holds`() {
        let environment = ProcessInfo.processInfo.environment
        let sequences = environment["BROKER_MODEL_SEQUENCES"].flatMap { UInt64($0) } ?? 2000
        let first = environment["BROKER_MODEL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("broker model: \(sequences) sequences from seed \(first)")
        var coverage: [String: Int] = [:]
        for seed in first..<(first + sequences) {
            var model = BrokerModel(seed: seed)
            model.run(steps: 120)
            coverage.merge(model.coverage, uniquingKeysWith: +)
            guard model.broken.isEmpty else {
                Issue.record(
                    "BROKER_MODEL_SEED=\(seed) BROKER_MODEL_SEQUENCES=1: \(model.broken.joined(separator: "; "))")
                return
            }
        }
        // A model that never gets somewhere proves nothing about it.
        guard sequences >= 1000 else { return }
        for outcome in [
            "reply", "begin", "piece", "end", "cut", "worker-lost", "timeout-worker", "no-worker", "queue-full",
            "worker-reply-invalid", "retried", "late", "lost: silent", "lost: unreachable", "lost: violation",
            "lost: registeredAgain", "lost: disconnected", "draining", "cancel", "full", "not current",
        ] {
            #expect(coverage[outcome, default: 0] > 0, "\(outcome) never happened: \(coverage)")
        }
    }
}
