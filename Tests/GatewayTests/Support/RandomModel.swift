import Foundation
import Testing

/// Something that is tried with random sequences of events, against rules that always hold.
protocol RandomModel: SendableMetatype {
    /// The rules that were broken.
    var broken: [String] { get }
    /// How often each thing happened.
    var coverage: [String: Int] { get }

    init(seed: UInt64)

    mutating func run(steps: Int)
}

/// Many sequences of a model, shared out among the processors.
///
/// `MODEL_SEQUENCES` sets how many (2000; `make model` takes 100,000), of which a model whose sequences take long runs a
/// part, `MODEL_STEPS` the events of one (60), `MODEL_SEED` the first seed (a random one, printed): a failure names the
/// seed that repeats it alone.
struct ModelRun<Model: RandomModel> {
    private struct Failure: Sendable {
        let seed: UInt64
        let broken: [String]
    }

    private let sequences: UInt64
    private let steps: Int
    private let first: UInt64

    /// - Parameter share: one sequence of so many is run.
    init(_ name: String, oneOf share: UInt64 = 1) {
        let environment = ProcessInfo.processInfo.environment
        sequences = max(1, (environment["MODEL_SEQUENCES"].flatMap { UInt64($0) } ?? 2000) / share)
        steps = environment["MODEL_STEPS"].flatMap { Int($0) } ?? 60
        first = environment["MODEL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("\(name) model: \(sequences) sequences from seed \(first)")
    }

    /// Records every rule that was broken, and what never happened although it should: a model that never gets somewhere
    /// proves nothing about it.
    func expectRulesHold(reaching outcomes: [String]) async {
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
        // Of fewer sequences the rarest outcomes may be missing by chance.
        guard sequences >= 20_000, failures.isEmpty else { return }
        for outcome in outcomes {
            #expect(coverage[outcome, default: 0] > 0, "\(outcome) never happened: \(coverage)")
        }
    }

    @concurrent private static func run(_ seeds: StrideTo<UInt64>, _ steps: Int) async -> ([String: Int], Failure?) {
        var coverage: [String: Int] = [:]
        for seed in seeds {
            var model = Model(seed: seed)
            model.run(steps: steps)
            coverage.merge(model.coverage, uniquingKeysWith: +)
            if !model.broken.isEmpty { return (coverage, Failure(seed: seed, broken: model.broken)) }
        }
        return (coverage, nil)
    }
}
