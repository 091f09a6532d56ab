/// The text of a journal: which run a file of results is of, and how much of the file is whole.
///
/// ```
/// pipeline journal 3 5f0c…e2 text 8b1d…-4f60
/// total 41 21b0…9f
/// read 41 21b0…9f
/// 1024 1-20 - 9a01…77 0000…00
/// 2040 21-38,41 35 31c4…0e 55f0…12
/// sync
/// run 77aa…01 8b1d…-4f60
/// retry
/// ```
///
/// The first line names the run, how results are written, and the start of the system. A line of numbers commits what was
/// appended to the file before the line was written: the length of the file, the tasks whose results came with it, those
/// of them that failed, and the digests of the texts of both. `sync` says that everything before it is on the disk; after
/// another start of the system only that is believed. `run` is a run that goes on with the one before, and `retry` says that
/// those which failed are done again. `read` says how many tasks have been read, and `total` how many there are, each with
/// the digest of their texts.
///
/// A line without its newline was cut short and commits nothing; neither does what the file has beyond the last committed
/// length.
struct JournalText: Equatable, Sendable {
    /// What is committed.
    struct State: Equatable, Sendable {
        var done = NumberSet()
        var failed = NumberSet()
        var digest = LineDigest()
        var failedDigest = LineDigest()
        var input = InputRecord()
        /// The committed length of the file, in bytes.
        var fileLength: UInt64 = 0
        /// The length of the journal up to its last whole line, in bytes.
        var ownLength = 0
    }

    /// The run; nil where there is no whole first line.
    var run: RunID?
    /// How the results are written.
    var form = ""
    /// The start of the system in which the last run was begun.
    var boot = ""
    var state = State()
    /// What is on the disk for certain.
    var synced = State()

    init() {}

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            guard read(line) else { return }
            rest = rest[(end + 1)...]
            state.ownLength = rest.startIndex
            if line == "sync" { synced = state }
        }
    }

    /// Whether some bytes are a journal, what a kill has left of its first line, or no bytes at all.
    static func isJournal(_ bytes: [UInt8]) -> Bool {
        guard !bytes.contains(UInt8(ascii: "\n")) else { return JournalText(bytes).run != nil }
        let title = Array(Self.title.utf8)
        guard bytes.count > title.count else { return title.starts(with: bytes) }
        let name = bytes[title.count...].prefix(32)
        return bytes.starts(with: title) && name.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Whether some bytes are a journal as another version of the program writes it.
    static func isOfOtherVersion(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array(name.utf8)) && !bytes.starts(with: Array(title.utf8).prefix(bytes.count))
    }

    static func header(_ run: RunID, form: String, boot: String) -> [UInt8] {
        Array("\(title)\(run) \(form) \(boot)\n".utf8)
    }

    static func next(_ run: RunID, boot: String) -> [UInt8] { Array("run \(run) \(boot)\n".utf8) }
    static func read(_ part: InputPart) -> [UInt8] { line("read", part) }
    static func total(_ part: InputPart) -> [UInt8] { line("total", part) }
    static let sync = Array("sync\n".utf8)
    static let retry = Array("retry\n".utf8)

    private static func line(_ word: String, _ part: InputPart) -> [UInt8] {
        Array("\(word) \(part.count) \(String(part.digest.rawValue, radix: 16))\n".utf8)
    }

    static func line(fileLength: UInt64, _ batch: WrittenResults) -> [UInt8] {
        let digests = [batch.digest, batch.failedDigest].map { String($0.rawValue, radix: 16) }
        return Array("\(fileLength) \(batch.done) \(batch.failed) \(digests[0]) \(digests[1])\n".utf8)
    }

    /// Takes those that failed out of what is done.
    mutating func retry() {
        state.done.subtract(state.failed)
        state.digest.subtract(state.failedDigest)
        state.failed.removeAll()
        state.failedDigest = LineDigest()
    }

    private static let name = "pipeline journal "
    private static let title = name + "3 "

    private mutating func read(_ line: String) -> Bool {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard run != nil else {
            guard line.hasPrefix(Self.title), parts.count == 6, let run = RunID(String(parts[3])) else { return false }
            self.run = run
            form = String(parts[4])
            boot = String(parts[5])
            return true
        }
        switch (parts[0], parts.count) {
        case ("sync", 1): return true
        case ("retry", 1):
            retry()
            return true
        case ("read", 3), ("total", 3):
            guard let count = UInt64(parts[1]), let digest = UInt64(parts[2], radix: 16) else { return false }
            let part = InputPart(count: count, digest: LineDigest(rawValue: digest))
            if parts[0] == "read" { state.input.read = part } else { state.input.whole = part }
            return true
        case ("run", 3):
            guard let run = RunID(String(parts[1])) else { return false }
            self.run = run
            boot = String(parts[2])
            return true
        case (_, 5): return read(numbers: parts)
        default: return false
        }
    }

    private mutating func read(numbers parts: [Substring]) -> Bool {
        guard let length = UInt64(parts[0]), length >= state.fileLength, let done = NumberSet(parts[1]),
            let failed = NumberSet(parts[2]), let digest = UInt64(parts[3], radix: 16),
            let failedDigest = UInt64(parts[4], radix: 16)
        else { return false }
        state.fileLength = length
        state.done.formUnion(done)
        state.failed.formUnion(failed)
        state.digest.formUnion(LineDigest(rawValue: digest))
        state.failedDigest.formUnion(LineDigest(rawValue: failedDigest))
        return true
    }
}
