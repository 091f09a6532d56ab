import Glibc
import SystemSupport

/// What a node keeps, in a file that survives it: who it is, and its values.
///
/// The file is a log: what changes is appended, with a checksum. A process that is killed in the middle of a write leaves a
/// record cut short, which the next one removes. When most of the log is out of date, it is written anew beside its place and
/// moved there. The file belongs to one process at a time.
///
/// A record that was written survives the end of the process at once; ``synchronize()`` makes it survive the machine's.
public struct DataFile: ~Copyable {
    private static let magic = Array("kademlia data 1\n".utf8)
    /// A log is not written anew below this size.
    private static let leastBytesToCompact = 1 << 20

    /// The file.
    public let path: String
    /// Whose values they are.
    public let id: NodeID
    /// How many bytes at its end were no whole records when it was opened, and were removed.
    public let removedBytes: Int
    private var descriptor: Int32
    private var size: Int
    /// The length of each value's record, by its key, and the sum of them.
    private var lengths: [NodeID: Int] = [:]
    private var liveBytes: Int
    private var isSynchronized = true
    /// Whether the file's name is on the disk: that is in its folder.
    private var isNameSynchronized = false

    /// A value of the file, and until when it is kept, in seconds since 1970.
    public struct Value: Hashable, Sendable {
        /// The key's identifier.
        public let key: NodeID
        /// The value.
        public let value: StoredValue
        /// The time at which it is forgotten.
        public let expiry: UInt64
    }

    /// Opens a file, or makes one.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - id: the node's identifier if the file is new; with CURVE also what it must be if it is not.
    ///   - mustMatch: whether a file of another node is refused.
    ///   - read: is given each value.
    /// - Throws: ``DataFileError`` where another process has it, it is no such file, or the system refuses it.
    public init(_ path: String, id: NodeID, mustMatch: Bool, read: (Value) -> Void) throws(DataFileError) {
        let descriptor = try Self.openLocked(path)
        var isReady = false
        defer { if !isReady { Self.unlock(descriptor) } }
        var bytes = try Self.contents(of: descriptor, path)
        let header = Self.magic + id.bytes
        if bytes.count < header.count, Self.magic.starts(with: bytes.prefix(Self.magic.count)) {
            // New, or its maker was killed in its first moment.
            guard ftruncate(descriptor, 0) == 0 else { throw DataFileError(path) }
            let code = FileBytes.write(header[...], to: descriptor)
            guard code == 0 else { throw DataFileError(path, code: code) }
            bytes = header
        }
        guard bytes.starts(with: Self.magic),
            let owner = NodeID(bytes: bytes[Self.magic.count..<min(header.count, bytes.count)])
        else {
            throw DataFileError(path, "it is no data file of a node, and nothing was written to it; name another file")
        }
        guard owner == id || !mustMatch else {
            throw DataFileError(
                path, "it belongs to node \(owner), and these keys make node \(id); name another file or the other keys"
            )
        }
        var lengths: [NodeID: Int] = [:]
        var values: [NodeID: Value] = [:]
        var position = header.count
        while let (record, end) = DataRecord.read(bytes, at: position) {
            switch record {
            case .kept(let key, let value, let expiry):
                values[key] = Value(key: key, value: value, expiry: expiry)
                lengths[key] = end - position
            case .forgotten(let key):
                values[key] = nil
                lengths[key] = nil
            }
            position = end
        }
        if position < bytes.count, ftruncate(descriptor, off_t(position)) != 0 { throw DataFileError(path) }
        isReady = true
        self.path = path
        self.id = owner
        self.descriptor = descriptor
        self.size = position
        self.lengths = lengths
        removedBytes = bytes.count - position
        liveBytes = lengths.values.reduce(0, +)
        for value in values.values.sorted(by: { $0.key < $1.key }) { read(value) }
    }

    deinit { Self.unlock(descriptor) }

    /// Whether it has the value of a key.
    public func contains(_ key: NodeID) -> Bool { lengths[key] != nil }

    /// Notes that a value is kept. Where it throws, nothing has changed, and the same may be tried again.
    public mutating func keep(_ value: Value) throws(DataFileError) {
        try compactIfDue()
        let record = DataRecord.kept(value.key, value.value, expiry: value.expiry).encoded
        try append(record)
        let before = lengths.updateValue(record.count, forKey: value.key)
        liveBytes += record.count - (before ?? 0)
    }

    /// Notes that a value is kept no more. Where it throws, nothing has changed, and the same may be tried again.
    public mutating func forget(_ key: NodeID) throws(DataFileError) {
        guard contains(key) else { return }
        try compactIfDue()
        try append(DataRecord.forgotten(key).encoded)
        liveBytes -= lengths.removeValue(forKey: key) ?? 0
    }

    /// Waits until everything is on the disk.
    public mutating func synchronize() throws(DataFileError) {
        if !isSynchronized {
            guard fdatasync(descriptor) == 0 else { throw DataFileError(path) }
            isSynchronized = true
        }
        if !isNameSynchronized {
            try synchronizeName()
            isNameSynchronized = true
        }
    }

    private func synchronizeName() throws(DataFileError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder in which files may be made need not be readable, and some file systems have nothing to wait for.
        guard opened >= 0 || errno == EACCES else { throw DataFileError(folder) }
        guard opened >= 0 else { return }
        defer { close(opened) }
        guard fsync(opened) == 0 || errno == EINVAL else { throw DataFileError(folder) }
    }

    private mutating func append(_ record: [UInt8]) throws(DataFileError) {
        let code = FileBytes.write(record[...], to: descriptor, at: size)
        guard code == 0 else {
            // What is half written is no record, and the next one takes its place.
            throw DataFileError(path, code: code)
        }
        size += record.count
        isSynchronized = false
    }
}

// Writing the log anew.
extension DataFile {
    private mutating func compactIfDue() throws(DataFileError) {
        guard size > Self.leastBytesToCompact, liveBytes < size / 2 else { return }
        try compact()
    }

    /// Writes what counts to a new file, and puts that in the place of this one.
    mutating func compact() throws(DataFileError) {
        let beside = path + ".new"
        let new = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard new >= 0 else { throw DataFileError(beside) }
        var isMoved = false
        defer {
            if !isMoved {
                // Half of it would only take the room that the log itself needs.
                close(new)
                unlink(beside)
            }
        }
        // Locked before it has the name by which others open it.
        guard flock(new, LOCK_EX | LOCK_NB) == 0 else { throw DataFileError(beside) }
        let bytes = try Self.contents(of: descriptor, path)
        var kept = Self.magic + id.bytes
        var position = kept.count
        var last: [NodeID: Range<Int>] = [:]
        while let (record, end) = DataRecord.read(bytes, at: position) {
            switch record {
            case .kept(let key, _, _): last[key] = position..<end
            case .forgotten(let key): last[key] = nil
            }
            position = end
        }
        for range in last.values.sorted(by: { $0.lowerBound < $1.lowerBound }) { kept += bytes[range] }
        let code = FileBytes.write(kept[...], to: new)
        guard code == 0 else { throw DataFileError(beside, code: code) }
        guard fsync(new) == 0, rename(beside, path) == 0 else { throw DataFileError(beside) }
        isMoved = true
        Self.unlock(descriptor)
        descriptor = new
        size = kept.count
        isSynchronized = true
        isNameSynchronized = false
    }

    private static func openLocked(_ path: String) throws(DataFileError) -> Int32 {
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw DataFileError(path) }
            var opened = stat()
            guard fstat(file, &opened) == 0, opened.st_mode & S_IFMT == S_IFREG else {
                close(file)
                throw DataFileError(path, "it is no file; name one to keep values in")
            }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(file)
                throw code == EWOULDBLOCK
                    ? DataFileError(path, "another node has it; stop that, or name another file")
                    : DataFileError(path, code: code)
            }
            // Its owner may have put a new one in its place between the two.
            var named = stat()
            if stat(path, &named) == 0, named.st_ino == opened.st_ino, named.st_dev == opened.st_dev { return file }
            unlock(file)
        }
    }

    private static func unlock(_ file: Int32) {
        // By itself, closing leaves it locked while a process that is just being started still has the descriptor.
        flock(file, LOCK_UN)
        close(file)
    }

    private static func contents(of file: Int32, _ path: String) throws(DataFileError) -> [UInt8] {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw DataFileError(path) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var position = 0
        while position < bytes.count {
            let count = bytes.withUnsafeMutableBytes { room in
                pread(file, room.baseAddress?.advanced(by: position), room.count - position, off_t(position))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DataFileError(path) }
            if count == 0 { break }
            position += count
        }
        return Array(bytes.prefix(position))
    }
}
