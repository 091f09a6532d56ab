import CTaskPipeline
import Glibc

/// The descriptors between a worker and its commands, none of which a command of another thread inherits: a pipe that
/// somebody else holds open does not end.
enum CommandFiles {
    /// The two ends of a new pipe.
    static func pipe() throws(CommandFailure) -> (read: Int32, write: Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutableBytes(of: &ends) { bytes in
            cpipeline_make_pipe(bytes.assumingMemoryBound(to: Int32.self).baseAddress) == 0 ? 0 : errno
        }
        guard code == 0 else { throw CommandFailure("a pipe for the command", code) }
        return ends
    }

    /// A file without a name that holds some bytes, to be read from its beginning.
    ///
    /// A command that does not read its standard input leaves a file unread and does no harm; a pipe, it would block.
    static func file(_ bytes: [UInt8]) throws(CommandFailure) -> Int32 {
        let file = cpipeline_make_memory_file("task")
        guard file >= 0 else { throw CommandFailure("memory for the task", errno) }
        let code = writeAll(bytes[...], to: file, at: 0)
        guard code == 0 else {
            close(file)
            throw CommandFailure("memory for the task", code)
        }
        return file
    }

    /// A file without a name on a disk.
    static func spoolFile() throws(CommandFailure) -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var path = Array("\(folder.isEmpty ? "/tmp" : folder)/pipeline-XXXXXX".utf8CString)
        let file = cpipeline_make_temporary_file(&path)
        guard file >= 0 else {
            throw CommandFailure("a file for output in \(folder.isEmpty ? "/tmp" : folder)", errno)
        }
        unlink(path)
        return file
    }

    /// Writes bytes at a place, without moving the place from which the file is read; an error number, or 0.
    static func writeAll(_ bytes: ArraySlice<UInt8>, to file: Int32, at start: Int) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = pwrite(
                    file, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(start + done))
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return written == 0 ? ENOSPC : errno }
                done += written
            }
            return 0
        }
    }
}
