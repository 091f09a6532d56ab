import Glibc
import SystemSupport

/// The descriptors between a worker and its commands, none of which a command of another thread may inherit: a pipe that
/// somebody else holds open does not end.
///
/// POSIX opens a descriptor and marks it as not to be inherited in two steps; nobody starts a command between them.
enum CommandFiles {
    private static let opening = Locked(())

    /// Runs a closure that starts a process.
    static func whileNoneIsOpened<Result>(_ body: () -> Result) -> Result {
        opening.withLock { _ in body() }
    }

    /// The two ends of a new pipe.
    static func pipe() throws(CommandFailure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        let code = opening.withLock { _ -> Int32 in
            guard systemPipe(&ends) == 0 else { return errno }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return 0
        }
        guard code == 0 else { throw CommandFailure("a pipe for the command", code) }
        return (ends[0], ends[1])
    }

    /// A file without a name that holds some bytes, to be read from its beginning.
    ///
    /// A command that does not read its standard input leaves a file unread and does no harm; a pipe, it would block.
    static func file(_ bytes: [UInt8]) throws(CommandFailure) -> Int32 {
        var file: Int32 = -1
        var code: Int32 = 0
        // Memory first, where the system has such a folder.
        for folder in ["/dev/shm", "/tmp"] {
            (file, code) = newFile("\(folder)/pipeline-XXXXXX")
            if file >= 0 { break }
        }
        guard file >= 0 else { throw CommandFailure("a file for the task", code) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                code = errno
                close(file)
                throw CommandFailure("a file for the task", code)
            }
            rest = rest.dropFirst(written)
        }
        lseek(file, 0, SEEK_SET)
        return file
    }

    private static func newFile(_ template: String) -> (file: Int32, code: Int32) {
        var path = Array(template.utf8CString)
        return opening.withLock { _ in
            let file = mkstemp(&path)
            guard file >= 0 else { return (-1, errno) }
            _ = fcntl(file, F_SETFD, FD_CLOEXEC)
            unlink(path)
            return (file, 0)
        }
    }
}

// The method of the same name hides it.
private let systemPipe = pipe as @Sendable (UnsafeMutablePointer<Int32>?) -> Int32
