import CommandExecution
import CommandLineSupport
import Foundation
import Glibc
import SwiftZMQ

extension Launcher {
    /// The path of this program, which is that on the hosts, too, unless it is given.
    private var remotePath: [UInt8] {
        get throws {
            if let remoteRanks { return remoteRanks }
            return Array(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe").utf8)
        }
    }

    /// The command that starts `ranks node` on a host; nil for this machine.
    func shell(for host: String, _ arguments: String = "") -> [[UInt8]]? {
        guard host != "localhost", let path = try? remotePath else { return nil }
        return remoteShell + [Array(host.utf8), RemoteShell.quoted(path) + Array(" node\(arguments)".utf8)]
    }

    /// Where rank 0 will listen: at a port that is reserved here, or that is free at present on its host.
    ///
    /// - Parameter port: the one here.
    func rendezvous(here port: UInt16) async throws -> String {
        guard let host = places.first, let shell = shell(for: host, " --free-port") else {
            let isLocal = places.allSatisfy { $0 == "localhost" }
            return "tcp://\(isLocal ? "127.0.0.1" : ProcessInfo.processInfo.hostName):\(port)"
        }
        let result = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let input = try NamelessFile(holding: [], for: "no input")
                        let streams = CommandStreams.kept(.standardError, keepsErrors: false)
                        return try Command(shell, variables: [], in: CommandEnvironment(without: NodeJob.names))
                            .run(input: input, streams) { _, _ in }
                    })
            }
        }
        let text = String(decoding: result.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard case .exited(0) = result.ending, let port = UInt16(text) else {
            throw CommandFailure(
                "no port of \(host) for the rendezvous: '\(String(decoding: Array(shell.joined(separator: [32])), as: UTF8.self))' "
                    + "has to run ranks there", 0)
        }
        return host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    }
}
