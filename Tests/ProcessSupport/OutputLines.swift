import Foundation
import Glibc

/// The lines that a process writes to one of its streams, as they come.
package final class OutputLines: Sendable {
    /// The stream ended before the line came that was waited for.
    package struct Ended: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    private struct Received {
        var lines: [String] = []
        var isAtEnd = false
    }

    private let received = Watched(Received())

    /// Reads a descriptor to its end on a thread of its own, and closes it.
    package init(_ descriptor: Int32) {
        let received = received
        Thread.detachNewThread {
            var partial: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                partial += buffer[..<count]
                var pieces = partial.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                partial = Array(pieces.removeLast())
                let lines = pieces.map { String(decoding: $0, as: UTF8.self) }
                if !lines.isEmpty { received.change { $0.lines += lines } }
            }
            close(descriptor)
            let rest = partial.isEmpty ? [] : [String(decoding: partial, as: UTF8.self)]
            received.change {
                $0.lines += rest
                $0.isAtEnd = true
            }
        }
    }

    /// What has come so far.
    package var soFar: [String] { received.value.lines }

    /// Waits for a number of lines that contain all of some texts, and returns the last of them.
    @discardableResult
    package func wait(for texts: String..., count: Int = 1) async throws -> String {
        try await received.wait { received in
            let wanted = received.lines.filter { line in texts.allSatisfy(line.contains) }
            if wanted.count >= count { return wanted[count - 1] }
            guard !received.isAtEnd else {
                throw Ended(
                    description: "no line with \(texts) came, but: \(received.lines.joined(separator: "\n"))")
            }
            return nil
        }
    }

    /// Waits for the end of the stream, and returns every line.
    package func all() async throws -> [String] {
        try await received.wait { $0.isAtEnd ? $0.lines : nil }
    }
}
