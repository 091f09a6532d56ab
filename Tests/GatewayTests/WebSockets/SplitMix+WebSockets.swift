import Foundation
import ProcessSupport

extension SplitMix {
    /// What random frames are made with: others in each run, or those of `WEBSOCKET_SEED`. The seed is printed.
    static func forWebSockets(_ test: String = #function) -> SplitMix {
        let given = ProcessInfo.processInfo.environment["WEBSOCKET_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("WEBSOCKET_SEED=\(seed): \(test)")
        return SplitMix(seed: seed)
    }
}
