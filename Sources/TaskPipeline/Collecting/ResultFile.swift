import Dispatch
import Glibc
import SystemSupport

/// A file of results, with a journal beside it, so that a run that was ended in whatever way goes on where it stopped.
///
/// The order of writes makes it safe: first the results are appended to the file, then a line is appended to the journal
/// that commits them, then the producer is told. Killed between the first two, the file has more than the journal says,
/// and that is cut off when the file is opened again; the producer was not told, and has those tasks done again. Killed
/// between the last two, the journal knows, and the producer is told then. What SIGKILL leaves is what was given to the
/// system, in order. About once a second all of it is brought to the disk, and the journal says so: after a loss of power,
/// which shows in that the system has been started since, only that is believed.
///
/// A file that has something in it is never replaced. The journal is locked, so that no two programs write to one file,
/// and is removed when its run is over and no task of it has failed.
public final class ResultFile: ResultSink {
    /// The file cannot be used.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The file, the system's reason, and the remedy.
        public let description: String
    }

    /// What is to become of a file that is there already.
    public struct Mode: Hashable, Sendable {
        /// Whether there is a journal. Default true.
        public var hasJournal = true
        /// Whether a run is gone on with that was ended. Default false.
        public var resumes = false
        /// Whether tasks that have failed are done again. Default false.
        public var retriesFailed = false
        /// Whether the same run, which another process has begun and still knows, is gone on with. Default false.
        public var rejoins = false
        /// How results are written: a run is gone on with in the same way. Default `text`.
        public var form = "text"
        /// What is read, and must not be written to.
        public var input: FileIdentity?

        /// The defaults.
        public init() {}
    }

    private struct State {
        var length: UInt64 = 0
        var hasFailed = false
        var hasBegun = false
        var lastSync = Moment.now
        var isSynced = true
        /// What the journal says of the input.
        var input = InputRecord()
        /// Why that could not be written, after which perhaps half a line is at the end of the journal.
        var failure: (any Error)?
    }

    private let path: PathBytes
    private let journalPath: PathBytes
    private let mode: Mode
    private let file: Int32
    /// Nil where the file is none that can be cut, such as a pipe, and in a chain where nothing is reported back.
    private let journal: Int32?
    /// Whether a run was begun in it that is gone on with.
    public let goesOn: Bool
    private let state = Locked(State())
    /// What is being written. It goes to and fro, and is never copied.
    private let handedOver = Locked<[UInt8]>([])
    private let queue = DispatchQueue(label: "results")

    private static let syncInterval = Duration.seconds(1)

    /// Opens or makes the files, once nothing can be lost by it.
    public init(_ path: PathBytes, mode: Mode = Mode()) throws {
        self.path = path
        self.mode = mode
        journalPath = path.adding(".journal")
        var information = stat()
        let exists = stat(path.cString, &information) == 0
        let isRegular = !exists || information.st_mode & S_IFMT == S_IFREG
        if exists, isRegular, let input = mode.input, input == FileIdentity(information) {
            throw Failure(description: "\(path): it is the input; name another file for --output")
        }
        guard isRegular, mode.hasJournal else {
            if mode.resumes {
                throw Failure(description: "\(path): only a file can be gone on with; leave --resume out")
            }
            if isRegular, information.st_size > 0 { throw Self.exists(path) }
            file = try Self.open(path, O_WRONLY | O_CREAT | O_APPEND)
            journal = nil
            goesOn = false
            return
        }
        goesOn = try Self.check(path, journalPath, mode, hasContent: exists && information.st_size > 0)
        file = try Self.open(path, O_WRONLY | O_CREAT)
        let journal = try Self.open(journalPath, O_RDWR | O_CREAT)
        self.journal = journal
        guard flock(journal, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                description: "\(path): another collector is writing to it; end that one, or name another file")
        }
    }

    /// Opens or makes the files of a path that is a text.
    public convenience init(path: String, mode: Mode = Mode()) throws {
        try self.init(PathBytes(path), mode: mode)
    }

    deinit {
        close(file)
        guard let journal else { return }
        // By itself, closing leaves it locked while a command that is just being started still has the descriptor.
        flock(journal, LOCK_UN)
        close(journal)
    }

    /// The file and its journal.
    public var files: OccupiedFiles {
        var files = OccupiedFiles()
        files.add(FileIdentity(descriptor: file), use: "the results are written to it")
        if let journal { files.add(FileIdentity(descriptor: journal), use: "it is the journal of the results") }
        return files
    }

    /// Refuses what would lose something, before anything is touched.
    ///
    /// - Returns: whether there is a run to go on with.
    private static func check(
        _ path: PathBytes, _ journalPath: PathBytes, _ mode: Mode, hasContent: Bool
    ) throws -> Bool {
        let descriptor = Glibc.open(journalPath.cString, O_RDONLY | O_CLOEXEC)
        let hasJournal = descriptor >= 0
        let bytes = hasJournal ? try contents(of: descriptor, journalPath) : []
        if hasJournal { close(descriptor) }
        guard !JournalText.isOfOtherVersion(bytes) else {
            throw Failure(
                description:
                    "\(journalPath): it is the journal of another version of pipeline; go on with that one, or name "
                    + "another file for --output")
        }
        guard JournalText.isJournal(bytes) else {
            throw Failure(
                description:
                    "\(journalPath): it is no journal of this pipeline, and would be in the way of that of \(path); "
                    + "name another file for --output")
        }
        let text = JournalText(bytes)
        if hasJournal, text.run != nil, hasContent || text.state.fileLength == 0 {
            if mode.resumes || mode.rejoins {
                guard text.form == mode.form else {
                    throw Failure(
                        description: "\(path): it was begun as \(text.form), and is gone on with in the same way; "
                            + "give the same --format and --ordered, or name another file")
                }
                return true
            }
            // Begun, and nothing in it.
            guard hasContent || !text.state.done.isEmpty else { return false }
            throw Failure(
                description: "\(path): the results of a run that is not complete are in it; --resume goes on with it, "
                    + "or name another file")
        }
        guard hasContent else { return false }
        guard mode.resumes else { throw exists(path) }
        throw Failure(
            description: "\(path): there is no journal beside it, so that nothing is left to go on with: its run is "
                + "complete, or it is not pipeline's; name another file")
    }

    private static func exists(_ path: PathBytes) -> Failure {
        Failure(description: "\(path): it exists, and would be replaced; name another file, or remove it first")
    }

    /// Goes on with a file of the same run, or of the one that is resumed, and begins one that is empty.
    public func begin(_ run: RunID) throws -> RecoveredResults {
        guard let journal else { return RecoveredResults() }
        var text = JournalText(try Self.contents(of: journal, journalPath))
        let isOurs = text.run == run || mode.resumes && text.run != nil
        guard isOurs else {
            var information = stat()
            let isEmpty = fstat(file, &information) == 0 && information.st_size == 0
            guard text.run == nil || isEmpty else {
                throw Failure(
                    description:
                        "\(path): the results of another run are in it; --resume at all parts goes on with that "
                        + "one, or name another file")
            }
            // The journal first: an empty one commits nothing.
            try cut(journal, journalPath, to: 0)
            try cut(file, path, to: 0)
            try write(JournalText.header(run, form: mode.form, boot: Self.boot)[...], to: journal, journalPath)
            syncFolder()
            state.withLock { $0.hasBegun = true }
            return RecoveredResults()
        }
        if text.boot != Self.boot { text.state = text.synced }
        var information = stat()
        guard fstat(file, &information) == 0 else { throw Self.failure(path) }
        guard information.st_size >= text.state.fileLength else {
            throw Failure(
                description: "\(path): it has \(information.st_size) bytes, and its journal says "
                    + "\(text.state.fileLength); somebody has changed it; name another file")
        }
        try cut(file, path, to: off_t(text.state.fileLength))
        try cut(journal, journalPath, to: off_t(text.state.ownLength))
        if text.run != run || text.boot != Self.boot {
            try write(JournalText.next(run, boot: Self.boot)[...], to: journal, journalPath)
        }
        if mode.retriesFailed, !text.state.failed.isEmpty {
            text.retry()
            try write(JournalText.retry[...], to: journal, journalPath)
        }
        state.withLock { state in
            state.length = text.state.fileLength
            state.hasFailed = !text.state.failed.isEmpty
            state.input = text.state.input
            state.hasBegun = true
        }
        return RecoveredResults(
            done: text.state.done, failed: text.state.failed, digest: text.state.digest, input: text.state.input)
    }

    /// Notes in the journal what is new of the input, before the results that come next.
    public func note(_ input: InputRecord) {
        guard journal != nil else { return }
        // The disk may keep whoever writes for seconds.
        queue.async { [weak self] in self?.append(input) }
    }

    private func append(_ input: InputRecord) {
        guard let journal else { return }
        state.withLock { state in
            guard state.hasBegun, state.failure == nil else { return }
            let before = state.input
            state.input.update(with: input)
            var lines: [UInt8] = []
            if state.input.read != before.read { lines += JournalText.read(state.input.read) }
            if let whole = state.input.whole, whole != before.whole { lines += JournalText.total(whole) }
            guard !lines.isEmpty else { return }
            do {
                try write(lines[...], to: journal, journalPath)
                state.isSynced = false
            } catch {
                state.failure = error
            }
        }
    }

    /// Appends results to the file, and then what commits them to the journal.
    public nonisolated(nonsending) func write(_ bytes: inout [UInt8], _ results: WrittenResults) async throws {
        handedOver.withLock { swap(&$0, &bytes) }
        let failure = await withCheckedContinuation { continuation in
            // The caller holds on to it until it is resumed. The queue must not: it would close the file some time later.
            queue.async { [unowned self] in
                do {
                    try handedOver.withLock { try append($0, results) }
                    continuation.resume(returning: nil as (any Error)?)
                } catch {
                    continuation.resume(returning: error)
                }
            }
        }
        // The same memory again.
        handedOver.withLock { swap(&$0, &bytes) }
        bytes.removeAll(keepingCapacity: true)
        if let failure { throw failure }
    }

    private func append(_ bytes: [UInt8], _ results: WrittenResults) throws {
        try write(bytes[...], to: file, path)
        guard let journal else { return }
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.length += UInt64(bytes.count)
            if !results.failed.isEmpty { state.hasFailed = true }
            let line = JournalText.line(fileLength: state.length, results)
            try write(line[...], to: journal, journalPath)
            state.isSynced = false
            let now = Moment.now
            guard now - state.lastSync >= Self.syncInterval else { return }
            try sync(journal, &state)
            state.lastSync = .now
        }
    }

    private func sync(_ journal: Int32, _ state: inout State) throws {
        guard !state.isSynced else { return }
        guard fdatasync(file) == 0 else { throw Self.failure(path) }
        try write(JournalText.sync[...], to: journal, journalPath)
        guard fdatasync(journal) == 0 else { throw Self.failure(journalPath) }
        state.isSynced = true
    }

    private func syncFolder() {
        let descriptor = Glibc.open(path.folder.cString, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        // Where the system cannot, the names are as safe as it makes them.
        fsync(descriptor)
        close(descriptor)
    }

    /// Removes the journal of a run that is over and has no failed task; everything else may be gone on with.
    public func end(isComplete: Bool) {
        guard let journal else { return }
        // What was noted is written by then.
        queue.sync {}
        let isOver = state.withLock { state in
            guard !isComplete || state.hasFailed else { return true }
            // What has not come to the disk is believed as long as the system runs.
            try? sync(journal, &state)
            return false
        }
        // Where it stays, it does no harm: --resume finds that everything is done.
        if isOver { unlink(journalPath.cString) }
    }

    // MARK: Files

    /// What tells one start of the system from the next.
    private static let boot: String = {
        let descriptor = Glibc.open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "unknown" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer[..<max(0, count)], as: UTF8.self).filter { $0.isHexDigit || $0 == "-" }
        return text.isEmpty ? "unknown" : text
    }()

    private static func open(_ path: PathBytes, _ flags: Int32) throws -> Int32 {
        let descriptor = Glibc.open(path.cString, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        return descriptor
    }

    private static func failure(_ path: PathBytes) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }

    private static func contents(of descriptor: Int32, _ path: PathBytes) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    private func cut(_ descriptor: Int32, _ path: PathBytes, to length: off_t) throws {
        guard ftruncate(descriptor, length) == 0, lseek(descriptor, length, SEEK_SET) == length else {
            throw Self.failure(path)
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: PathBytes) throws {
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
