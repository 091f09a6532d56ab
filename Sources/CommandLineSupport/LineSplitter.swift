import Glibc

/// Cuts chunks of bytes, as they are read, into lines.
///
/// ```swift
/// var lines = LineSplitter()
/// while let chunk = try await input.next() {
///     lines.append(chunk)
///     while let line = lines.next() { … }
/// }
/// lines.finish()
/// while let line = lines.next() { … }
/// ```
///
/// A line ends with a newline, which is not part of it; the last one may lack it. Bytes are passed on as they are,
/// whatever their encoding. No more than the longest line and one chunk is held at a time.
public struct LineSplitter: Sendable {
    /// A line of the input.
    public enum Line: Equatable, Sendable {
        /// The bytes of a line and its number, counted from 1.
        case whole(number: Int, bytes: ArraySlice<UInt8>)
        /// A line that is longer than allowed, whose bytes are dropped.
        case tooLong(number: Int)
    }

    /// The longest line that is passed on, in bytes without its newline.
    public let longestLine: Int
    /// What ends a line.
    private let delimiter: UInt8

    private var buffer: [UInt8] = []
    /// The bytes before it have been handed out.
    private var position = 0
    /// The bytes before it hold no newline that has not been handed out.
    private var searched = 0
    private var number = 0
    /// Whether the bytes up to the next newline belong to a line that is too long.
    private var isSkipping = false
    private var isFinished = false

    /// A splitter without input.
    ///
    /// - Parameters:
    ///   - longestLine: the longest line that is passed on, in bytes. Default 1 MiB.
    ///   - delimiter: what ends a line. Default a newline.
    public init(longestLine: Int = 1 << 20, delimiter: UInt8 = UInt8(ascii: "\n")) {
        self.longestLine = longestLine
        self.delimiter = delimiter
    }

    /// Adds what comes next in the input. Take every line out before the next chunk is added.
    public mutating func append(_ chunk: [UInt8]) {
        if position == buffer.count {
            // The usual case, and then no byte is copied.
            buffer = chunk
        } else {
            buffer.removeSubrange(..<position)
            buffer += chunk
        }
        searched -= position
        position = 0
        if searched < 0 { searched = 0 }
    }

    /// Says that the input is at its end, so that what is left is the last line.
    public mutating func finish() {
        isFinished = true
    }

    /// The next line that is complete; nil when more input is needed, or when everything has been handed out.
    public mutating func next() -> Line? {
        while true {
            if let newline = firstNewline() {
                let line = position..<newline
                position = newline + 1
                searched = position
                if let line = handOut(line) { return line }
                continue
            }
            searched = buffer.count
            return isFinished ? lastLine() : holdPartialLine()
        }
    }

    /// Hands complete lines to a closure, where they lie, for as long as it takes them: the way for millions of lines.
    ///
    /// What it leaves, ``next()`` gives: the line that the closure refused, one that is too long, or one that no newline
    /// has ended yet.
    ///
    /// - Parameter take: gets a line's bytes, valid only while it runs, and says whether it took them.
    public mutating func takeLines(_ take: (UnsafeRawBufferPointer) throws -> Bool) rethrows {
        guard !isSkipping else { return }
        try buffer.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            while position < bytes.count,
                let found = memchr(start + position, Int32(delimiter), bytes.count - position)
            {
                let newline = UnsafeRawPointer(found) - start
                guard newline - position <= longestLine,
                    try take(UnsafeRawBufferPointer(rebasing: bytes[position..<newline]))
                else { return }
                number += 1
                position = newline + 1
                searched = position
            }
        }
    }

    /// The line that no newline ends.
    private mutating func lastLine() -> Line? {
        guard position < buffer.count else { return nil }
        let line = position..<buffer.count
        position = buffer.count
        return handOut(line)
    }

    /// Keeps the beginning of a line until the rest comes, but not for ever.
    private mutating func holdPartialLine() -> Line? {
        if isSkipping {
            position = buffer.count
        } else if buffer.count - position > longestLine {
            position = buffer.count
            isSkipping = true
            number += 1
            return .tooLong(number: number)
        }
        return nil
    }

    private mutating func handOut(_ line: Range<Int>) -> Line? {
        if isSkipping {
            isSkipping = false
            return nil
        }
        number += 1
        return line.count > longestLine ? .tooLong(number: number) : .whole(number: number, bytes: buffer[line])
    }

    private func firstNewline() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard searched < bytes.count, let start = bytes.baseAddress,
                let found = memchr(start + searched, Int32(delimiter), bytes.count - searched)
            else { return nil }
            return UnsafeRawPointer(found) - start
        }
    }
}
