import Foundation
import Testing

/// Random sequences of events against a model of the workers, the clients and the network.
///
/// `MODEL_SEQUENCES` sets how many (2000; `make model` takes 100,000), `MODEL_STEPS` the events of one (60), `MODEL_SEED`
/// the first seed (a random one, printed): a failure names the seed that repeats it alone.
@Suite struct BrokerModelTests {
    struct Failure: Sendable {
        let seed: UInt64
        let broken: [String]
    }

    @Test func `Whatever happens in whatever order, every rule of the dispatch holds`() async {
        let environment = ProcessInfo.processInfo.environment
        let sequences = environment["MODEL_SEQUENCES"].flatMap { UInt64($0) } ?? 2000
        let steps = environment["MODEL_STEPS"].flatMap { Int($0) } ?? 60
        let first = environment["MODEL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("broker model: \(sequences) sequences from seed \(first)")
        let parts = UInt64(ProcessInfo.processInfo.activeProcessorCount)
        let (coverage, failures) = await withTaskGroup(of: ([String: Int], Failure?).self) { group in
            for part in 0..<parts {
                group.addTask {
                    await Self.run(stride(from: first + part, to: first + sequences, by: Int(parts)), steps)
                }
            }
            var coverage: [String: Int] = [:]
            var failures: [Failure] = []
            for await (events, failure) in group {
                coverage.merge(events, uniquingKeysWith: +)
                if let failure { failures.append(failure) }
            }
            return (coverage, failures)
        }
        for failure in failures {
            Issue.record(
                "MODEL_SEED=\(failure.seed) MODEL_SEQUENCES=1 MODEL_STEPS=\(steps): \(failure.broken.joined(separator: "; "))"
            )
        }
        // A model that never gets somewhere proves nothing about it.
        guard sequences >= 1000, failures.isEmpty else { return }
        for outcome in [
            "reply", "begin", "piece", "end", "cut", "worker-lost", "timeout-worker", "no-worker", "queue-full",
            "worker-reply-invalid", "retried", "late", "lost: silent", "lost: unreachable", "lost: violation",
            "lost: registeredAgain", "lost: disconnected", "draining", "cancel", "full", "not current",
        ] {
            #expect(coverage[outcome, default: 0] > 0, "\(outcome) never happened: \(coverage)")
        }
    }

    @concurrent private static func run(_ seeds: StrideTo<UInt64>, _ steps: Int) async -> ([String: Int], Failure?) {
        var coverage: [String: Int] = [:]
        for seed in seeds {
            var model = BrokerModel(seed: seed)
            model.run(steps: steps)
            coverage.merge(model.coverage, uniquingKeysWith: +)
            if !model.broken.isEmpty { return (coverage, Failure(seed: seed, broken: model.broken)) }
        }
        return (coverage, nil)
    }
}
