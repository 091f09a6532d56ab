import Glibc
import SystemSupport

/// A file to which updates are appended, readable whenever its writer is killed.
///
/// Lines are written whole. Where a kill or a full disk has left half of one at the end, that is cut off by whoever
/// appends next. Two cannot write to it at once, and a file that is no recording is left alone.
public struct RecordingFile: ~Copyable {
    /// The file cannot be written, or is not to be.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The file, what is wrong, and what to do about it.
        public let description: String
    }

    /// The bytes that it has.
    public private(set) var size: Int

    private let path: String
    private let descriptor: Int32

    /// Opens a recording, or begins one where there is no file or an empty one.
    ///
    /// - Parameter path: the bytes of its path.
    public init(_ path: [UInt8]) throws(Failure) {
        let name = String(decoding: path, as: UTF8.self)
        func failure(_ what: String) -> Failure { Failure(description: "\(name): \(what)") }
        func systemFailure() -> Failure { failure(String(cString: strerror(errno))) }
        let opened = (path + [0]).withUnsafeBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map { name in
                open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
            }
        }
        guard let file = opened, file >= 0 else { throw systemFailure() }
        var isKept = false
        defer { if !isKept { close(file) } }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw systemFailure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("it is no file; name one to append to") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK
                ? failure("another program records to it; stop that, or name another file") : systemFailure()
        }
        var length = Int(status.st_size)
        let header = RecordedUpdate.header + [UInt8(ascii: "\n")]
        let start = Self.read(file, at: 0, count: header.count)
        // What is half a header was killed in its first moment.
        if start.count < header.count, header.starts(with: start) {
            guard ftruncate(file, 0) == 0 else { throw systemFailure() }
            let code = FileBytes.write(header[...], to: file)
            guard code == 0 else { throw failure(String(cString: strerror(code))) }
            length = header.count
        } else {
            guard start == header else {
                throw failure("it is no recording, and nothing was written to it; name another file")
            }
            let whole = Self.endOfLastLine(of: file, length)
            if whole < length {
                guard ftruncate(file, off_t(whole)) == 0 else { throw systemFailure() }
                length = whole
            }
        }
        isKept = true
        self.path = name
        descriptor = file
        size = length
    }

    deinit {
        // By itself, closing leaves it locked while a process that is just being started still has the descriptor.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Appends whole lines.
    public mutating func append(_ lines: [UInt8]) throws(Failure) {
        let code = FileBytes.write(lines[...], to: descriptor)
        guard code == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(code)))") }
        size += lines.count
    }

    private static func read(_ file: Int32, at offset: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            while filled < count {
                let got = pread(file, room.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                filled += got
            }
        }
    }

    /// Where the last newline is that is written, looked for from the end.
    private static func endOfLastLine(of file: Int32, _ length: Int) -> Int {
        var end = length
        while end > 0 {
            let start = max(0, end - (1 << 16))
            let piece = read(file, at: start, count: end - start)
            if let newline = piece.lastIndex(of: UInt8(ascii: "\n")) { return start + newline + 1 }
            end = start
        }
        return 0
    }
}
