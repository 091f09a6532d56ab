import Glibc
import SystemSupport

/// A file of results, with a journal beside it, so that a collector that was killed goes on where it stopped.
///
/// The order of writes makes it safe: first the results are appended to the file, then a line is appended to the journal
/// that commits them, then the producer is told. Killed between the first two, the file has more than the journal says,
/// and that is cut off when the collector starts again; the producer was not told, and has those tasks done again.
/// Killed between the last two, the journal knows, and the producer is told then. What SIGKILL leaves is what was given
/// to the system, in order; against a loss of power it does not protect.
///
/// The journal is locked, so that no two collectors write to one file, and is removed when its run is over.
public final class ResultFile: ResultSink {
    /// The file cannot be used.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The file, the system's reason, and the remedy.
        public let description: String
    }

    private struct State {
        var length: UInt64 = 0
    }

    private let path: String
    private let journalPath: String
    private let file: Int32
    /// Nil where the file is none that can be cut, such as a pipe.
    private let journal: Int32?
    private let state = Locked(State())

    /// Opens or makes the files. What stands in them is looked at when the run is known.
    public init(path: String) throws {
        self.path = path
        journalPath = path + ".journal"
        file = try Self.open(path, O_WRONLY | O_CREAT)
        var information = stat()
        guard fstat(file, &information) == 0 else { throw Self.failure(path) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            journal = nil
            return
        }
        let journal = try Self.open(journalPath, O_RDWR | O_CREAT)
        self.journal = journal
        guard flock(journal, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                description: "\(path): another collector is writing to it; end that one, or name another file")
        }
    }

    deinit {
        close(file)
        if let journal { close(journal) }
    }

    /// Goes on with a file of the same run, and replaces one of another.
    public func begin(_ run: RunID) throws -> (done: NumberSet, failed: NumberSet) {
        guard let journal else { return (NumberSet(), NumberSet()) }
        let text = JournalText(try contents(of: journal))
        guard text.run == run else {
            // The journal first: an empty one commits nothing, so that whatever happens next, the file is replaced.
            try cut(journal, journalPath, to: 0)
            try cut(file, path, to: 0)
            try write(JournalText.header(run)[...], to: journal, journalPath)
            return (NumberSet(), NumberSet())
        }
        var information = stat()
        guard fstat(file, &information) == 0 else { throw Self.failure(path) }
        guard information.st_size >= text.fileLength else {
            throw Failure(
                description: "\(path): it has \(information.st_size) bytes, and its journal says \(text.fileLength); "
                    + "somebody has changed it; remove \(journalPath) to collect what is still to come")
        }
        try cut(file, path, to: off_t(text.fileLength))
        try cut(journal, journalPath, to: off_t(text.ownLength))
        state.withLock { $0.length = text.fileLength }
        return (text.done, text.failed)
    }

    /// Appends results to the file, and then what commits them to the journal.
    public nonisolated(nonsending) func write(
        _ bytes: inout [UInt8], done: NumberSet, failed: NumberSet
    ) async throws {
        try write(bytes[...], to: file, path)
        if let journal {
            let length = state.withLock { state in
                state.length += UInt64(bytes.count)
                return state.length
            }
            let line = JournalText.line(fileLength: length, done: done, failed: failed)
            try write(line[...], to: journal, journalPath)
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Removes the journal.
    public func end() {
        // Where it stays, it does no harm: the next run replaces it.
        if journal != nil { unlink(journalPath) }
    }

    private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        return descriptor
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }

    private func contents(of descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(journalPath) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    private func cut(_ descriptor: Int32, _ path: String, to length: off_t) throws {
        guard ftruncate(descriptor, length) == 0, lseek(descriptor, length, SEEK_SET) == length else {
            throw Self.failure(path)
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written >= 0 else { throw Self.failure(path) }
            rest = rest.dropFirst(written)
        }
    }
}

// The methods of the same name hide it.
private let systemWrite = write as @Sendable (Int32, UnsafeRawPointer?, Int) -> Int
