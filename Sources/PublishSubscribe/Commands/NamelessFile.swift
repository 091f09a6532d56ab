import Glibc

/// A file that has no name any more, and goes with its last descriptor.
///
/// For what a command reads: one that does not read it does no harm, where a pipe would block whoever writes. And for what
/// one of several commands writes, so that their lines do not mix.
struct NamelessFile: ~Copyable {
    let descriptor: Int32

    /// A file that holds some bytes and is read from its beginning.
    init(holding bytes: [UInt8] = []) throws(CommandProcess.Failure) {
        var made: Int32 = -1
        var code: Int32 = 0
        // Memory first, where the system has such a folder and the file is small.
        for folder in bytes.count < 1 << 20 ? ["/dev/shm", "/tmp"] : ["/tmp", "/dev/shm"] {
            // Nobody else makes one of this name, and no command that is started meanwhile inherits it.
            let path = "\(folder)/pubsub-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            code = errno
            guard made >= 0 else { continue }
            unlink(path)
            code = Self.write(bytes, to: made)
            if code == 0 { break }
            // No room there: the next folder may have some.
            close(made)
            made = -1
        }
        guard made >= 0 else { throw CommandProcess.Failure("a file for the command", code) }
        lseek(made, 0, SEEK_SET)
        descriptor = made
    }

    deinit { close(descriptor) }

    /// Writes all bytes; the error number, or 0.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let written = Glibc.write(descriptor, part.baseAddress, part.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return written < 0 ? errno : EIO }
                rest = rest.dropFirst(written)
            }
            return 0
        }
    }

    /// Copies everything in it to another file; the error number, or 0.
    func copy(to descriptor: Int32) -> Int32 {
        lseek(self.descriptor, 0, SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(self.descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : 0 }
            let code = Self.write(Array(buffer[..<count]), to: descriptor)
            guard code == 0 else { return code }
        }
    }
}
