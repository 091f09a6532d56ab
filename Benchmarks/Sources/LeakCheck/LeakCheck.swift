import CAllocations
import Glibc
import SwiftZMQ

/// Sends many messages of each kind and looks whether memory is as it was before.
///
///     LeakCheck [MESSAGES [FILTER]]
///
/// Each kind runs twice, with sockets and a context of its own: the first time, which is shorter, everything is allocated
/// that is allocated but once. Then no block may be left that was not there before. Under a sanitizer, which has an
/// allocator of its own, blocks are not counted; there LeakSanitizer looks at the end.
@main
enum LeakCheck {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        let messages = words.first.flatMap { Int($0) } ?? 1_000_000
        let filter = words.dropFirst().first ?? ""
        var leaking: [String] = []
        print("kind", "messages", "blocks left", "bytes left", "resident KiB", separator: "\t")
        for kind in Kind.all where filter.isEmpty || kind.name.contains(filter) {
            let count = max(100, Int(Double(messages) * kind.share))
            try await run(kind, max(100, min(count / 10, 10_000)))
            Memory.settle(to: nil)
            let before = Memory.now
            try await run(kind, count)
            Memory.settle(to: before)
            let growth = Memory.now - before
            print(kind.name, count, growth.blocks, growth.bytes, growth.residentKilobytes, separator: "\t")
            fflush(nil)
            if !growth.isFlat { leaking.append(kind.name) }
        }
        guard leaking.isEmpty else {
            print("memory grows: \(leaking.joined(separator: "; "))")
            exit(1)
        }
    }

    /// Runs everything on the binding's executor: the threads of the runtime's own keep the records of jobs for later use,
    /// which looks like a leak.
    private static func run(_ kind: Kind, _ count: Int) async throws {
        try await Task(executorPreference: SocketExecutor.shared) { try await kind.run(count) }.value
    }
}
