/// The text of a journal: which run a file of results is of, and how much of the file is whole.
///
/// ```
/// pipeline journal 1 5f0c…e2
/// 1024 1-20 -
/// 2040 21-38,41 35
/// ```
///
/// Each line after the first commits what was appended to the file before the line was written: the length of the file,
/// the tasks whose results came with it, and those of them that failed. A line without its newline was cut short and
/// commits nothing; neither does what the file has beyond the last committed length.
struct JournalText: Equatable, Sendable {
    /// The run; nil where there is no whole first line.
    var run: RunID?
    var done = NumberSet()
    var failed = NumberSet()
    /// The committed length of the file, in bytes.
    var fileLength: UInt64 = 0
    /// The length of the journal up to its last whole line, in bytes.
    var ownLength = 0

    init() {}

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard read(String(decoding: rest[..<end], as: UTF8.self)) else { return }
            rest = rest[(end + 1)...]
            ownLength = rest.startIndex
        }
    }

    static func header(_ run: RunID) -> [UInt8] { Array("\(title)\(run)\n".utf8) }

    static func line(fileLength: UInt64, done: NumberSet, failed: NumberSet) -> [UInt8] {
        Array("\(fileLength) \(done) \(failed)\n".utf8)
    }

    private static let title = "pipeline journal 1 "

    private mutating func read(_ line: String) -> Bool {
        guard run != nil else {
            guard line.hasPrefix(Self.title), let run = RunID(String(line.dropFirst(Self.title.count))) else {
                return false
            }
            self.run = run
            return true
        }
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, let length = UInt64(parts[0]), length >= fileLength, let done = NumberSet(parts[1]),
            let failed = NumberSet(parts[2])
        else { return false }
        fileLength = length
        self.done.formUnion(done)
        self.failed.formUnion(failed)
        return true
    }
}
