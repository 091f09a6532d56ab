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
    }

    /// Which file it is; nil for what is no file.
    var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }

    /// Calls a closure with the lines of each chunk, as they are read, until it returns false.
    ///
    /// - Throws: ``Failure`` when a line is too long or reading fails; the lines before it have been taken.
    nonisolated(nonsending) func forEachChunk(
        header takeHeader: (ArraySlice<UInt8>) -> Void = { _ in },
        _ take: nonisolated(nonsending) (ArraySlice<ArraySlice<UInt8>>) async throws -> Bool
    ) async throws {
        let input = StandardInput(descriptor: descriptor)
        var splitter = LineSplitter(longestLine: longestLine, delimiter: delimiter)
        var isAtEnd = false
        var isAtHeader = hasHeader
        while !isAtEnd {
            do {
                if let chunk = try await input.next() { splitter.append(chunk) } else { isAtEnd = true }
            } catch let error as StandardInput.Failure {
                throw Failure(description: "\(name): \(error)")
            }
            if isAtEnd { splitter.finish() }
            var lines: [ArraySlice<UInt8>] = []
            var tooLong: Int?
            while tooLong == nil, let line = splitter.next() {
                switch line {
                case .whole(_, let bytes) where isAtHeader:
                    isAtHeader = false
                    takeHeader(bytes)
                case .whole(_, let bytes): lines.append(bytes)
                case .tooLong(let number): tooLong = number
                }
            }
            guard try await take(lines[...]) else { return }
            if let tooLong {
                throw Failure(
                    description:
                        "\(name): line \(tooLong) is longer than \(longestLine) bytes; --max-line allows more; "
                        + "reading stopped there, and what was read before is finished")
            }
        }
    }

    /// The number of lines, where it can be had without taking them out: of a file, from where it is read.
    func countLines() -> UInt64? {
        guard isRegular else { return nil }
        var count: UInt64 = 0
        var isInLine = false
        var offset = lseek(descriptor, 0, SEEK_CUR)
        guard offset >= 0 else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let length = pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if length < 0, errno == EINTR { continue }
            guard length >= 0 else { return nil }
            guard length > 0 else {
                let lines = count + (isInLine ? 1 : 0)
                return hasHeader && lines > 0 ? lines - 1 : lines
            }
            offset += off_t(length)
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<length])
            for byte in bytes where byte == delimiter { count += 1 }
            isInLine = bytes.last != delimiter
        }
    }
}
