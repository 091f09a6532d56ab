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
            for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
                text += prefix
                text += line
                text.append(UInt8(ascii: "\n"))
            }
            // The end of a line that was too long to be held back.
            if lines.last != UInt8(ascii: "\n"), let rest = lines.split(separator: UInt8(ascii: "\n")).last {
                text += rest
            }
            let code = lock.locked.withLock { _ in FileBytes.write(text[...], to: descriptor) }
            if code == EPIPE { whenReaderIsGone() }
        }
    }
}
