import Foundation

/// The seed of the random tests: always the same, unless `DHT_SEED` says another. A failure tells it.
enum TestSeed {
    static let number = ProcessInfo.processInfo.environment["DHT_SEED"].flatMap { UInt64($0) } ?? 9

    /// What a failure is to say.
    static var hint: String { "DHT_SEED=\(number) repeats it" }

    /// A number of the environment, or a default.
    static func setting(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
    }
}
