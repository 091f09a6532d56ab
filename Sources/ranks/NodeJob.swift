import Foundation
import Glibc
import MessagePassing

/// What is needed to start a rank's process, as it is told to `ranks node` on another host.
struct NodeJob: Codable, Sendable {
    var rank: Int
    var size: Int
    var rendezvous: String
    /// The file with the keys, as text; it is passed on by standard input, where nobody sees it.
    var keys: String
    /// The folder in which the program runs, where there is such a one.
    var folder: String
    var words: [[UInt8]]

    /// The variables of the process.
    ///
    /// - Parameter keyFile: where the keys are on its host.
    func variables(keyFile: String) -> [[UInt8]] {
        [
            "\(WorldConfiguration.Variable.rank)=\(rank)", "\(WorldConfiguration.Variable.size)=\(size)",
            "\(WorldConfiguration.Variable.rendezvous)=\(rendezvous)",
            "\(WorldConfiguration.Variable.keyFile)=\(keyFile)", "\(Self.allocator)=\(allocatorSettings)",
        ].map { Array($0.utf8) }
    }

    /// How the C library allocates in the process: as its environment says, or else so that memory which has been used for a
    /// large message stays for the next one.
    ///
    /// It is given back to the system after each message otherwise, and asked for again, which takes longer than to send one.
    private var allocatorSettings: String {
        ProcessInfo.processInfo.environment[Self.allocator]
            ?? "glibc.malloc.mmap_threshold=\(32 << 20):glibc.malloc.trim_threshold=\(256 << 20)"
    }

    /// The variable by which the C library is told how to allocate.
    private static let allocator = "GLIBC_TUNABLES"

    /// The names of the variables.
    static let names = [
        WorldConfiguration.Variable.rank, WorldConfiguration.Variable.size, WorldConfiguration.Variable.rendezvous,
        WorldConfiguration.Variable.keyFile, allocator,
    ]
}
