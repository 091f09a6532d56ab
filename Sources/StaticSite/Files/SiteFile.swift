import Glibc

/// A file that is open for reading, or bytes that take the place of one.
package final class SiteFile: Sendable {
    private enum Contents {
        case descriptor(Int32)
        case bytes([UInt8])
    }

    /// Less is there than was when the file was opened.
    package struct Shortened: Error, CustomStringConvertible {
        package let description: String
    }

    /// The length in bytes when it was opened.
    package let size: Int
    /// When its contents were last changed, in nanoseconds since 1970; anybody may set it to another time (`mtime`).
    let modified: Int
    /// When anything of it was last changed, its contents or what the system knows of it, in nanoseconds since 1970. The
    /// system alone sets it (`ctime`).
    let touched: Int
    private let contents: Contents
    /// What tells contents apart that times and a length do not; nil where these have to do.
    let digest: UInt64?

    /// Takes over a descriptor of a regular file; nil for anything else, which is closed.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        contents = .descriptor(descriptor)
        size = Int(status.st_size)
        modified = FileTime.nanoseconds(status.st_mtim)
        touched = FileTime.nanoseconds(status.st_ctim)
        digest = nil
    }

    /// Bytes that belong to the program.
    init(bytes: [UInt8], modified: Int) {
        contents = .bytes(bytes)
        size = bytes.count
        self.modified = modified
        touched = modified
        // FNV-1a: the bytes are the program's own, and nobody makes two of them collide.
        digest = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    deinit {
        if case .descriptor(let descriptor) = contents { close(descriptor) }
    }

    /// Reads into memory from a place in the file until the memory is full.
    ///
    /// - Throws: ``Shortened`` where the file ends before that, or cannot be read.
    package func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) throws(Shortened) {
        switch contents {
        case .bytes(let bytes):
            guard offset + room.count <= bytes.count else { throw Shortened(description: "the bytes end early") }
            bytes.withUnsafeBytes {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + room.count]))
            }
        case .descriptor(let descriptor):
            var filled = 0
            while filled < room.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: room[filled...])
                let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw Shortened(
                        description: count == 0
                            ? "the file was cut to \(offset + filled) bytes while it was read"
                            : "the file cannot be read: \(String(cString: strerror(errno)))")
                }
                filled += count
            }
        }
    }
}
