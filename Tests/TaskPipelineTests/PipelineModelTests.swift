import Foundation
import Testing

/// Random sequences of events against a model of the network, the workers and the collector's files.
///
/// `PIPELINE_MODEL_SEQUENCES` sets how many (1000), `PIPELINE_MODEL_SEED` the first seed (a random one, printed).
@Suite struct PipelineModelTests {
    @Test func `Whatever is lost, doubled, reordered or killed, every result is there once`() {
        let environment = ProcessInfo.processInfo.environment
        let sequences = environment["PIPELINE_MODEL_SEQUENCES"].flatMap { UInt64($0) } ?? 1000
        let first =
            environment["PIPELINE_MODEL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("pipeline model: \(sequences) sequences from seed \(first)")
        var coverage: [String: Int] = [:]
        for seed in first..<(first + sequences) {
            var model = PipelineModel(seed: seed)
            model.run(steps: 400)
            coverage.merge(model.coverage, uniquingKeysWith: +)
            guard model.broken.isEmpty else {
                Issue.record(
                    "PIPELINE_MODEL_SEED=\(seed) PIPELINE_MODEL_SEQUENCES=1: \(model.broken.joined(separator: "; "))")
                return
            }
        }
        // A model that never gets somewhere proves nothing about it.
        guard sequences >= 1000 else { return }
        for event in [
            "lost", "doubled", "nobody", "worker killed", "connection lost", "collector killed", "killed while writing",
            "held", "dropped", "returned", "given up", "given back", "stood still", "all killed", "told of a lost task",
        ] {
            #expect(coverage[event, default: 0] > 0, "\(event) never happened: \(coverage)")
        }
    }
}
