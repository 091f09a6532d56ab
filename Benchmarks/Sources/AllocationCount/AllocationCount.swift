import CAllocations
import Glibc
import SwiftZMQ

/// Counts how often memory is allocated for each message that is made and sent, and for each that is received.
///
///     AllocationCount [MESSAGES]
///
/// Prints a line for each way of calling and each size, with tabs between: way, size, and for sending and receiving the
/// allocations and the bytes for each message. Fails when there are more than there should be.
///
/// Only what the calling thread allocates is counted, as what libzmq's own threads do is the same for everybody.
@main
enum AllocationCount {
    static func main() async throws {
        guard allocations_are_counted() else {
            print("allocations are counted with glibc alone, and not under a sanitizer")
            exit(69)
        }
        let messages = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
        print("way", "size", "send", "send bytes", "receive", "receive bytes", separator: "\t")
        var isGood = true
        for size in [16, 33, 34, 1024, 1 << 20] {
            // A large message stays in memory until it is received: fewer of them.
            let trial = Trial(size: size, count: size > 65536 ? max(100, messages / 100) : messages)
            for way in Way.allCases {
                let result = try await way.run(trial)
                print(way.rawValue, size, result, separator: "\t")
                for complaint in way.limits(size: size).complaints(about: result) {
                    print("too much: \(way.rawValue), \(size) bytes: \(complaint)")
                    isGood = false
                }
            }
        }
        for way in Way.allCases where try await !way.handsOver() {
            print("too much: \(way.rawValue): a megabyte was copied on its way")
            isGood = false
        }
        exit(isGood ? 0 : 1)
    }
}
