import CommandExecution
import Glibc
import SystemSupport

/// What several processes write, joined line by line, so that no two lines mix.
struct JoinedOutput: Sendable {
    private let descriptor: Int32
    private let whenNotWritten: @Sendable (Int32) -> Void
    private let lock: SharedLock

    private final class SharedLock: Sendable {
        let locked = Locked(())
    }

    /// - Parameters:
    ///   - descriptor: where it goes.
    ///   - whenNotWritten: called with the system's error number when something cannot be written: `EPIPE` when nobody reads
    ///     it any more.
    init(_ descriptor: Int32, whenNotWritten: @escaping @Sendable (_ code: Int32) -> Void = { _ in }) {
        self.descriptor = descriptor
        self.whenNotWritten = whenNotWritten
        lock = SharedLock()
    }

    /// The most bytes of a line that are held back for its end; a longer line is written in parts, each as one.
    private static let longestLine = 4 << 20

    /// The lines of one process.
    ///
    /// - Parameter prefix: what stands in front of each.
    func lines(prefix: String) -> ErrorLines {
        let prefix = Array(prefix.utf8)
        return ErrorLines(longestLine: Self.longestLine) { [self] lines in
            var text: [UInt8] = []
            // What has no newline is the end of all, or of a line that is too long to be held back.
            let whole = lines.last == UInt8(ascii: "\n") ? lines.dropLast() : lines
            for line in whole.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                text += prefix
                text += line
                text.append(UInt8(ascii: "\n"))
            }
            let code = lock.locked.withLock { _ in FileBytes.write(text[...], to: descriptor) }
            if code != 0 { whenNotWritten(code) }
        }
    }
}
