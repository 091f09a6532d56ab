import SwiftZMQ

/// Goes through the bytes of a head once, line by line, and refuses whatever two readers could understand differently.
struct HeadReader {
    /// Where a line lies in the head, without its CRLF.
    struct Line {
        var start: Int
        var end: Int
        /// The position of the first colon, or `end`.
        var colon: Int
        var isEmpty: Bool { start == end }
    }

    private let bytes: UnsafeRawBufferPointer
    /// Where the next line begins.
    private(set) var position = 0
    private var number = 0

    init(_ bytes: UnsafeRawBufferPointer, limit: Int) throws(WorkerProtocolError) {
        guard bytes.count <= limit else {
            throw WorkerProtocolError(.headTooLarge, "the head has \(bytes.count) bytes; at most \(limit) are allowed")
        }
        guard !bytes.isEmpty else { throw WorkerProtocolError(.headEmpty, "the head is empty") }
        self.bytes = bytes
    }

    /// A reader of lines that were found good before.
    init(_ bytes: UnsafeRawBufferPointer, from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    /// The next line, or nil at the end of the frame.
    mutating func nextLine() throws(WorkerProtocolError) -> Line? {
        guard position < bytes.count else { return nil }
        number += 1
        let start = position
        var colon = -1
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") {
                if colon < 0 { colon = index }
            } else if byte <= 0x0D {
                if byte == 0x0D {
                    guard index + 1 < bytes.count else { break }
                    guard bytes[index + 1] == 0x0A else { throw forbidden("a bare CR") }
                    position = index + 2
                    return Line(start: start, end: index, colon: colon < 0 ? index : colon)
                }
                if byte == 0x0A { throw forbidden("a bare LF") }
                if byte == 0 { throw forbidden("a NUL") }
            }
            index += 1
        }
        throw WorkerProtocolError(.lineNotEnded, "line \(number) of the head is not ended by CRLF")
    }

    /// The bytes of a range, valid as long as those of the head.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    /// The text of a range; bytes that are not UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        String(decoding: slice(range), as: UTF8.self)
    }

    /// The name of a field line, checked to be a token.
    func name(of line: Line) throws(WorkerProtocolError) -> UnsafeRawBufferPointer {
        guard line.colon < line.end else {
            throw WorkerProtocolError(.fieldName, "line \(number) of the head has no colon")
        }
        let name = slice(line.start..<line.colon)
        guard !name.isEmpty, name.allSatisfy(FieldName.isTokenByte) else {
            let shown = Frame.excerpt(of: name)
            throw WorkerProtocolError(.fieldName, "line \(number) of the head: '\(shown)' is not a field name")
        }
        return name
    }

    /// The value of a field line without outer blanks.
    func value(of line: Line) -> String { text(valueRange(of: line)) }

    /// Where the value of a field line lies, without outer blanks.
    func valueRange(of line: Line) -> Range<Int> {
        var start = line.colon + 1
        var end = line.end
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    private func forbidden(_ what: String) -> WorkerProtocolError {
        WorkerProtocolError(.forbiddenByte, "line \(number) of the head contains \(what)")
    }
}
