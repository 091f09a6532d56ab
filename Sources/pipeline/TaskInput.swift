import CommandLineSupport
import Glibc
import TaskPipeline

/// The lines of a file, or of standard input: the tasks.
final class TaskInput: Sendable {
    /// The input cannot be used, or not to its end.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What it is called in messages.
    let name: String
    private let descriptor: Int32
    private let isRegular: Bool
    /// Where it is read from; negative where that is nowhere.
    private let start: off_t
    private let longestLine: Int
    private let delimiter: UInt8
    private let hasHeader: Bool

    /// Opens a file; nil is standard input.
    init(path: PathBytes?, options: InputOptions) throws {
        longestLine = options.longestLine
        delimiter = options.null ? 0 : UInt8(ascii: "\n")
        hasHeader = options.header
        if let path {
            name = path.description
            descriptor = open(path.cString, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        } else {
            name = "standard input"
            descriptor = STDIN_FILENO
        }
        var information = stat()
        let kind = fstat(descriptor, &information) == 0 ? information.st_mode & S_IFMT : 0
        guard kind != S_IFDIR else {
            throw Failure(description: "\(name): it is a folder; name a file with a task on each line")
        }
        isRegular = kind == S_IFREG
        start = lseek(descriptor, 0, SEEK_CUR)
    }

    /// Which file it is; nil for what is no file.
    var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }

    /// Calls a closure with the lines of each chunk, as they are read, until it returns false. It takes all of them.
    ///
    /// - Returns: whether the end was reached.
    /// - Throws: ``Failure`` when a line is too long or reading fails; the lines before it have been taken.
    nonisolated(nonsending) func forEachChunk(
        header takeHeader: (ArraySlice<UInt8>) -> Void = { _ in },
        _ take: nonisolated(nonsending) (inout TaskLines) async throws -> Bool
    ) async throws -> Bool {
        let input = StandardInput(descriptor: descriptor)
        var lines = TaskLines(LineSplitter(longestLine: longestLine, delimiter: delimiter))
        var isAtEnd = false
        var isAtHeader = hasHeader
        while !isAtEnd {
            do {
                if let chunk = try await input.next() { lines.append(chunk) } else { isAtEnd = true }
            } catch let error as StandardInput.Failure {
                throw Failure(description: "\(name): \(error)")
            }
            if isAtEnd { lines.finish() }
            if isAtHeader, let header = lines.next() {
                isAtHeader = false
                takeHeader(header)
            }
            guard try await take(&lines) else { return false }
            if let tooLong = lines.tooLong {
                throw Failure(
                    description:
                        "\(name): line \(tooLong) is longer than \(longestLine) bytes; --max-line allows more; "
                        + "reading stopped there, and what was read before is finished")
            }
        }
        return true
    }

    /// How many tasks there are and what they are, where that can be had without taking them out: of a file, from where it is
    /// read, up to the first line that is too long. Nil also when the task is cancelled.
    func survey() -> InputPart? {
        guard isRegular, start >= 0 else { return nil }
        var part = InputPart()
        var lines = TaskLines(LineSplitter(longestLine: longestLine, delimiter: delimiter))
        var isAtHeader = hasHeader
        var offset = start
        var isAtEnd = false
        while !isAtEnd {
            guard !Task.isCancelled, let chunk = Self.read(descriptor, at: offset) else { return nil }
            offset += off_t(chunk.count)
            isAtEnd = chunk.isEmpty
            if isAtEnd { lines.finish() } else { lines.append(chunk) }
            lines.takeAll { line in
                if isAtHeader { part.add(header: line) } else { part.add(line) }
                isAtHeader = false
                return true
            }
            if lines.tooLong != nil { return part }
        }
        return part
    }

    /// The bytes from a place on, none at the end; nil where they cannot be read.
    private static func read(_ descriptor: Int32, at offset: off_t) -> [UInt8]? {
        while true {
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { room, count in
                let length = pread(descriptor, room.baseAddress, room.count, offset)
                if length < 0 { code = errno }
                count = max(length, 0)
            }
            if code == 0 { return bytes }
            guard code == EINTR else { return nil }
        }
    }
}
