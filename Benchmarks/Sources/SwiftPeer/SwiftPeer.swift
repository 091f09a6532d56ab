import Glibc
import SwiftZMQ

/// One end of a throughput or latency measurement, the counterpart of `CPeer` with the same output.
///
///     SwiftPeer WAY pull|push|reply|request|throughput|latency ENDPOINT SIZE COUNT [FRAMES]
///     SwiftPeer ways
///
/// The ways say how the calls are made; the second form lists them.
@main
enum SwiftPeer {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments != ["ways"] else {
            Peer.tell(Way.names)
            return
        }
        guard let (way, peer) = parse(arguments) else {
            print("usage: SwiftPeer WAY ROLE ENDPOINT SIZE COUNT [FRAMES]; ways: \(Way.names)")
            exit(64)
        }
        if way.blocks {
            try BlockingPeer(peer: peer, way: way).run()
        } else {
            let executor = way.prefersExecutor ? SocketExecutor.shared : nil
            try await Task.detached(executorPreference: executor) {
                try await AsyncPeer(peer: peer, way: way).run()
            }.value
        }
    }

    private static func parse(_ words: [String]) -> (Way, Peer)? {
        guard
            words.count == 5 || words.count == 6,
            let way = Way(rawValue: words[0]),
            let role = Peer.Role(rawValue: words[1]),
            let size = Int(words[3]), size >= 0,
            let count = Int(words[4]), count > 0,
            let frames = words.count == 6 ? Int(words[5]) : 1, frames > 0
        else { return nil }
        return (way, Peer(role: role, endpoint: words[2], size: size, count: count, frames: frames))
    }
}
