import Foundation

/// The seed of the random tests: always the same one, unless `DHT_SEED` says which. It is printed, and a failure tells it.
enum TestSeed {
    static let number: UInt64 = {
        let number = ProcessInfo.processInfo.environment["DHT_SEED"].flatMap { UInt64($0) } ?? 9
        print("DHT_SEED=\(number)")
        return number
    }()

    /// What a failure is to say.
    static var hint: String { "DHT_SEED=\(number) repeats it" }

    /// A number of the environment, or a default.
    static func setting(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
    }
}
