import Foundation

/// How many inputs a reader gets, and where they begin: `FUZZ_INPUTS` (20,000; `make fuzz` takes a million) and `FUZZ_SEED` (a
/// random place, which each test prints).
struct FuzzSettings {
    let inputs: Int
    let seed: UInt64

    init() {
        let environment = ProcessInfo.processInfo.environment
        inputs = environment["FUZZ_INPUTS"].flatMap { Int($0) } ?? 20_000
        seed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
    }
}
