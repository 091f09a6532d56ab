import Glibc

/// The few things that certificates need of files.
enum FileSystem {
    /// What tells one state of a file from another.
    struct Status: Hashable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        /// When the content was last written, and when anything about the file last changed, in nanoseconds.
        let modified: Int64
        let changed: Int64
        let isRegular: Bool
    }

    /// The status of a file, links followed; nil where there is none.
    static func status(of path: String) throws(ZMQError) -> Status? {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            if errno == ENOENT { return nil }
            throw failure("look at file", path)
        }
        return Status(information)
    }

    /// The names in a folder, in no order, without those that begin with a dot.
    static func names(in folder: String) throws(ZMQError) -> [String] {
        guard let list = unsafe opendir(folder) else { throw failure("list folder", folder) }
        defer { unsafe closedir(list) }
        var names: [String] = []
        errno = 0
        while let entry = unsafe readdir(list) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw failure("list folder", folder) }
        return names
    }

    /// The content of a file that is small.
    static func read(_ path: String, upTo limit: Int) throws(ZMQError) -> [UInt8] {
        // Without waiting, as it may turn out to be a pipe.
        let file = try opened(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, mode: 0, "open file")
        defer { close(file) }
        var information = stat()
        guard unsafe fstat(file, &information) == 0 else { throw failure("look at file", path) }
        guard Status(information).isRegular else {
            throw ZMQError(code: .invalidArgument, operation: "read file \(path)", explanation: "it is no regular file")
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let space = bytes.count - count
            let length = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe readBytes(file, bytes.baseAddress.map { unsafe $0 + count }, space)
            }
            if length == 0 { return Array(bytes[..<count]) }
            if length > 0 {
                count += length
            } else if errno != EINTR {
                throw failure("read file", path)
            }
        }
        throw ZMQError(
            code: .invalidArgument, operation: "read file \(path)", explanation: "it has more than \(limit) bytes")
    }

    /// Writes a file as a whole: whoever reads meanwhile finds what was there before.
    ///
    /// - Parameter mode: the permissions of the file, which the process's mask can only narrow.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(ZMQError) {
        let draft = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
        // Exclusively, so that nobody can have prepared a file, or a link, of that name.
        let file = try opened(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: mode, "write file")
        var isKept = false
        defer { if !isKept { unsafe unlink(draft) } }
        defer { close(file) }
        try write(bytes, to: file, path)
        guard fsync(file) == 0 else { throw failure("write file", path) }
        guard unsafe rename(draft, path) == 0 else { throw failure("write file", path) }
        isKept = true
    }

    /// The time that file systems stamp files with, in nanoseconds.
    static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }

    private static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(ZMQError) {
        var count = 0
        while count < bytes.count {
            let length = unsafe bytes.withUnsafeBytes { bytes in
                unsafe writeBytes(file, bytes.baseAddress.map { unsafe $0 + count }, bytes.count - count)
            }
            if length >= 0 {
                count += length
            } else if errno != EINTR {
                throw failure("write file", path)
            }
        }
    }

    private static func opened(
        _ path: String, _ flags: Int32, mode: mode_t, _ operation: String
    ) throws(ZMQError) -> Int32 {
        guard !path.utf8.contains(0) else {
            throw ZMQError(code: .invalidArgument, operation: operation, explanation: "a path contains no zero")
        }
        while true {
            let file = unsafe open(path, flags, mode)
            if file >= 0 { return file }
            guard errno == EINTR else { throw failure(operation, path) }
        }
    }

    private static func failure(_ operation: String, _ path: String) -> ZMQError {
        ZMQError(code: .init(rawValue: errno), operation: "\(operation) \(path)")
    }

    fileprivate static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension FileSystem.Status {
    fileprivate init(_ information: stat) {
        device = UInt64(information.st_dev)
        inode = UInt64(information.st_ino)
        size = Int64(information.st_size)
        modified = FileSystem.nanoseconds(information.st_mtim)
        changed = FileSystem.nanoseconds(information.st_ctim)
        isRegular = information.st_mode & S_IFMT == S_IFREG
    }
}

// By names that the functions of `FileSystem` do not hide.
private func readBytes(_ file: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(file, start, count)
}

private func writeBytes(_ file: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(file, start, count)
}
