import Glibc
import SystemSupport

/// Passes on what commands write to standard error, so that lines of several at once do not mix.
package struct ErrorLines: Sendable {
    private let write: @Sendable (ArraySlice<UInt8>) -> Void

    /// To a closure, which gets whole lines, several at once, on any thread.
    package init(_ write: @escaping @Sendable (ArraySlice<UInt8>) -> Void) {
        self.write = write
    }

    private static let lock = Locked(())

    /// To this process's standard error.
    package static let standardError = ErrorLines { lines in
        lock.withLock { _ in
            // A terminal that is gone, or a full disk: nobody can be told.
            _ = FileBytes.write(lines, to: STDERR_FILENO)
        }
    }

    /// The most bytes that are held back for the end of their line.
    static let longestLine = 1 << 16

    /// Passes whole lines on, and keeps the beginning of one for later.
    func pass(_ pending: inout [UInt8], atEnd: Bool = false) {
        let end: Int
        if let newline = pending.lastIndex(of: UInt8(ascii: "\n")) {
            end = newline + 1
        } else {
            guard pending.count >= Self.longestLine || (atEnd && !pending.isEmpty) else { return }
            end = pending.count
        }
        write(pending[..<end])
        pending.removeSubrange(..<end)
        guard atEnd, !pending.isEmpty else { return }
        write(pending + [UInt8(ascii: "\n")])
        pending.removeAll()
    }
}
