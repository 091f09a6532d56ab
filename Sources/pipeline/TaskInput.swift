import CommandLineSupport
import Glibc

/// The lines of a file, or of standard input: the tasks.
final class TaskInput: Sendable {
    /// The input cannot be used, or not to its end.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The longest line, in bytes without its newline.
    static let longestLine = 1 << 20

    /// What it is called in messages.
    let name: String
    private let descriptor: Int32
    private let isRegular: Bool

    /// Opens a file; nil, and `-`, is standard input.
    init(path: String?) throws {
        if let path, path != "-" {
            name = path
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
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

    /// Calls a closure with the lines of each chunk, as they are read, until it returns false.
    ///
    /// - Throws: ``Failure`` when a line is too long or reading fails; the lines before it have been taken.
    nonisolated(nonsending) func forEachChunk(
        _ take: nonisolated(nonsending) (ArraySlice<ArraySlice<UInt8>>) async throws -> Bool
    ) async throws {
        let input = StandardInput(descriptor: descriptor)
        var splitter = LineSplitter(longestLine: Self.longestLine)
        var isAtEnd = false
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
                case .whole(_, let bytes): lines.append(bytes)
                case .tooLong(let number): tooLong = number
                }
            }
            guard try await take(lines[...]) else { return }
            if let tooLong {
                throw Failure(
                    description: "\(name): line \(tooLong) is longer than \(Self.longestLine) bytes; "
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
            guard length > 0 else { return count + (isInLine ? 1 : 0) }
            offset += off_t(length)
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<length])
            for byte in bytes where byte == UInt8(ascii: "\n") { count += 1 }
            isInLine = bytes.last != UInt8(ascii: "\n")
        }
    }
}
