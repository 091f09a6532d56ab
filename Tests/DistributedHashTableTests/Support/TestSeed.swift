import Foundation

/// The seed of a random test, which every failure tells: `DHT_SEED` repeats one.
enum TestSeed {
    static let number =
        ProcessInfo.processInfo.environment["DHT_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...UInt64(UInt32.max))

    /// What a failure is to say.
    static var hint: String { "DHT_SEED=\(number) repeats it" }

    /// A number of the environment, or a default.
    static func setting(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
    }
}
