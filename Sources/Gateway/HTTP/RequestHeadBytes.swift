import NIOCore
import WorkerProtocol

/// A request's head as it came, taken apart into its start line and field lines but not yet understood.
struct RequestHeadBytes {
    /// The whole head; positions count from its reader index.
    let buffer: ByteBuffer
    let startLine: RequestStartLine
    let fields: [HeadField]

    /// Takes a complete head apart, in the order in which mistakes are answered.
    ///
    /// - Parameters:
    ///   - buffer: the head with its closing empty line.
    ///   - scanner: the scanner that found the end of the head.
    init(_ buffer: ByteBuffer, scannedBy scanner: HeadScanner, limits: HTTPSettings) throws(RequestRejection) {
        let bytes = buffer.readableBytesUInt8Span
        let fieldStart = scanner.startLineEnd ?? bytes.count
        startLine = try RequestStartLine(bytes.extracting(0..<fieldStart), limits: limits)
        // The empty line that ends the head is no field line.
        let fieldEnd = bytes.count - (scanner.isClean ? 2 : 1)
        if let rejection = Self.rejection(
            ofFieldBytes: fieldEnd - fieldStart, lines: scanner.fieldLines, isClean: scanner.isClean, limits: limits)
        {
            throw rejection
        }
        fields = try Self.fields(in: bytes, from: fieldStart, to: fieldEnd, count: scanner.fieldLines)
        self.buffer = buffer
    }

    static func rejection(
        ofFieldBytes count: Int, lines: Int, isClean: Bool, limits: HTTPSettings
    ) -> RequestRejection? {
        if count > limits.maximumHeaderSize || lines > limits.maximumFieldCount {
            return RequestRejection(.headTooLarge, "The header fields are more than this server accepts.")
        }
        return isClean ? nil : .malformed("The head contains a control character or a line not ended by CRLF.")
    }

    /// Takes field lines apart, of a head or of trailers, which are known to end by CRLF and to be free of control
    /// characters.
    static func fields(
        in bytes: Span<UInt8>, from start: Int, to end: Int, count: Int
    ) throws(RequestRejection) -> [HeadField] {
        var fields: [HeadField] = []
        fields.reserveCapacity(count)
        var position = start
        while position < end {
            let nameStart = position
            while position < end, bytes[position].isTokenByte { position += 1 }
            guard position < end, bytes[position] == UInt8(ascii: ":"), position > nameStart else {
                throw .malformed("A header line is not a name, a colon and a value.")
            }
            let name = nameStart..<position
            position += 1
            let valueStart = position
            while position < end, bytes[position] != UInt8(ascii: "\r") { position += 1 }
            fields.append(HeadField(name: name, value: ASCII.trimmed(valueStart..<position, of: bytes)))
            position += 2
        }
        return fields
    }

    /// The text at a position; the head's texts are ASCII but for field values, whose invalid bytes become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        buffer.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
    }

    var method: String { text(startLine.method) }
}
