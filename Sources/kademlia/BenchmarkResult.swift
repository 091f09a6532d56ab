import Foundation

/// What a benchmark has found.
struct BenchmarkResult: Sendable {
    /// Stores or finds, one after another.
    struct Phase: Sendable {
        /// The share that did what was wanted.
        let succeeded: Double
        let perSecond: Double
    }

    let nodes: Int
    let killed: Int
    let values: Int
    let stores: Phase
    let finds: Phase
    let afterwards: Phase
    let seconds: Double

    private var members: [(name: String, value: String)] {
        [
            ("nodes", "\(nodes)"),
            ("killed", "\(killed)"),
            ("values", "\(values)"),
            ("stores_per_second", String(format: "%.1f", stores.perSecond)),
            ("stored_fraction", String(format: "%.5f", stores.succeeded)),
            ("finds_per_second", String(format: "%.1f", finds.perSecond)),
            ("found_fraction", String(format: "%.5f", finds.succeeded)),
            ("finds_per_second_after_kill", String(format: "%.1f", afterwards.perSecond)),
            ("found_fraction_after_kill", String(format: "%.5f", afterwards.succeeded)),
            ("seconds", String(format: "%.2f", seconds)),
        ]
    }

    /// One object of JSON, in a line.
    var json: String { "{" + members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}" }

    /// A table, line by line.
    var table: [String] {
        members.map { $0.name + String(repeating: " ", count: max(1, 30 - $0.name.utf8.count)) + $0.value }
    }
}
