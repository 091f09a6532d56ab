import Glibc
import SystemSupport

/// Passes on what commands write to standard error, so that lines of several at once do not mix.
package struct ErrorLines: Sendable {
    private let longestLine: Int
    private let write: @Sendable (ArraySlice<UInt8>) -> Void

    /// To a closure, which gets whole lines, several at once, on any thread.
    ///
    /// - Parameter longestLine: the most bytes that are held back for the end of their line; a longer one comes in parts.
    ///   Default 64 KiB.
    package init(longestLine: Int = 1 << 16, _ write: @escaping @Sendable (ArraySlice<UInt8>) -> Void) {
        self.longestLine = longestLine
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

    /// Passes whole lines on, and keeps the beginning of one for later. At the end it gets the newline that it lacks: what
    /// comes next is another command's.
    ///
    /// - Parameter count: how many of the bytes are new; nil, the default, for all. What was kept has no newline, and need
    ///   not be searched for one again: a long line may come in very many pieces.
    func pass(_ pending: inout [UInt8], new count: Int? = nil, atEnd: Bool = false) {
        let newline = UInt8(ascii: "\n")
        if atEnd, let last = pending.last, last != newline { pending.append(newline) }
        let searched = atEnd ? pending.count : count ?? pending.count
        let whole = pending.suffix(searched).lastIndex(of: newline).map { $0 + 1 }
        guard let end = whole ?? (pending.count >= longestLine ? Self.end(of: pending) : nil) else { return }
        write(pending[..<end])
        pending.removeSubrange(..<end)
    }

    /// Where bytes are cut that end with no line: behind them, or before a character that has only begun.
    private static func end(of bytes: [UInt8]) -> Int {
        var start = bytes.count - 1
        // At most three bytes of a character follow its first.
        for _ in 0..<3 where start > 0 && bytes[start] & 0xC0 == 0x80 { start -= 1 }
        let length =
            switch bytes[start] {
            case 0xC0...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF7: 4
            default: 1
            }
        return start + length > bytes.count ? start : bytes.count
    }
}
