import CCommandExecution
import Glibc
import SystemSupport

/// A file that has no name any more, and goes with its last descriptor. No other command inherits it.
///
/// For what a command reads: one that does not read it does no harm, where a pipe would block whoever writes. And for what
/// it writes, where that is much, or must not mix with what others write.
package struct NamelessFile: ~Copyable {
    package let descriptor: Int32

    /// A file in memory that holds some bytes, to be read from its beginning.
    ///
    /// - Parameter what: what it is for, as a failure says it.
    package init(holding bytes: ArraySlice<UInt8>, for what: String) throws(CommandFailure) {
        let made = ccommand_make_memory_file("command")
        guard made >= 0 else { throw CommandFailure("memory for \(what)", errno) }
        let code = FileBytes.write(bytes, to: made, at: 0)
        guard code == 0 else {
            close(made)
            throw CommandFailure("memory for \(what)", code)
        }
        descriptor = made
    }

    /// An empty file on a disk, in the folder `TMPDIR` or `/tmp`.
    package init(onDiskFor what: String) throws(CommandFailure) {
        let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let folder = named.isEmpty ? "/tmp" : named
        var path = Array("\(folder)/command-XXXXXX".utf8CString)
        let made = ccommand_make_temporary_file(&path)
        guard made >= 0 else { throw CommandFailure("a file for \(what) in \(folder)", errno) }
        unlink(path)
        descriptor = made
    }

    deinit { close(descriptor) }

    /// Copies everything in it to another file; the error number, or 0.
    package func copy(to other: Int32) -> Int32 {
        lseek(descriptor, 0, SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : 0 }
            let code = FileBytes.write(buffer[..<count], to: other)
            guard code == 0 else { return code }
        }
    }
}
