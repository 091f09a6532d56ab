import SwiftZMQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One end of a throughput or latency measurement, the counterpart of `CPeer` with the same output.
///
///     SwiftPeer MODE pull|push|reply|request|throughput|latency ENDPOINT SIZE COUNT [FRAMES]
///
/// The mode says how the calls are made: `blocking` a thread; `async` on the binding's executor; `sequence`, there too,
/// with `for try await`; `pool`, asynchronously on the runtime's own threads.
@main
enum SwiftPeer {
    static func main() async throws {
        guard let (mode, peer) = parse(CommandLine.arguments.dropFirst()) else {
            print("usage: SwiftPeer \(Mode.names) ROLE ENDPOINT SIZE COUNT [FRAMES]")
            exit(64)
        }
        switch mode {
        case .blocking:
            try BlockingPeer(peer: peer).run()
        case .async, .sequence:
            try await Task(executorPreference: SocketExecutor.shared) {
                try await AsyncPeer(peer: peer, iterates: mode == .sequence).run()
            }.value
        case .pool:
            try await Task.detached {
                try await AsyncPeer(peer: peer, iterates: false).run()
            }.value
        }
    }

    private static func parse(_ arguments: some Collection<String>) -> (Mode, Peer)? {
        let words = Array(arguments)
        guard
            words.count == 5 || words.count == 6,
            let mode = Mode(rawValue: words[0]),
            let role = Peer.Role(rawValue: words[1]),
            let size = Int(words[3]), size >= 0,
            let count = Int(words[4]), count > 0,
            let frames = words.count == 6 ? Int(words[5]) : 1, frames > 0
        else { return nil }
        return (mode, Peer(role: role, endpoint: words[2], size: size, count: count, frames: frames))
    }

    private enum Mode: String, CaseIterable {
        case blocking, async, sequence, pool

        static var names: String { allCases.map(\.rawValue).joined(separator: "|") }
    }
}
