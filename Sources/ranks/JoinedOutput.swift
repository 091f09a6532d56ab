import CommandExecution
import Glibc
import SystemSupport

/// What several processes write, joined line by line, so that no two lines mix.
struct JoinedOutput: Sendable {
    private let descriptor: Int32
    private let whenReaderIsGone: @Sendable () -> Void
    private let lock: SharedLock

    private final class SharedLock: Sendable {
        let locked = Locked(())
    }

    /// - Parameters:
    ///   - descriptor: where it goes.
    ///   - whenReaderIsGone: called when nobody reads it any more.
    init(_ descriptor: Int32, whenReaderIsGone: @escaping @Sendable () -> Void = {}) {
        self.descriptor = descriptor
        self.whenReaderIsGone = whenReaderIsGone
        lock = SharedLock()
    }

    /// The lines of one process.
    ///
    /// - Parameter prefix: what stands in front of each.
    func lines(prefix: String) -> ErrorLines {
        let prefix = Array(prefix.utf8)
        return ErrorLines { [self] lines in
            var text: [UInt8] = []
            // What has no newline is the end of all, or of a line that is too long to be held back.
            let whole = lines.last == UInt8(ascii: "\n") ? lines.dropLast() : lines
            for line in whole.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                text += prefix
                text += line
                text.append(UInt8(ascii: "\n"))
            }
            let code = lock.locked.withLock { _ in FileBytes.write(text[...], to: descriptor) }
            if code == EPIPE { whenReaderIsGone() }
        }
    }
}
