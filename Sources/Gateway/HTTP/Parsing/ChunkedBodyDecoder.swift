import NIOCore
import WorkerProtocol

/// Decodes a chunked request body that comes in any number of pieces (RFC 9112, section 7.1), more strictly than the
/// grammar asks for: what another server might read differently is refused.
struct ChunkedBodyDecoder {
    /// What became of the bytes so far.
    enum Progress {
        case incomplete
        case complete
    }

    private enum State {
        case size(digits: Int, value: Int)
        case sizeExtension(value: Int, length: Int)
        case sizeLineFeed(value: Int)
        case data(remaining: Int)
        case dataCarriageReturn
        case dataLineFeed
        case trailers
    }

    /// The longest chunk extension, in bytes.
    static let maximumExtensionSize = 256

    private var state = State.size(digits: 0, value: 0)
    private var extensionBytes = 0
    private var trailers = ByteBuffer()
    private var lines = FieldLines(from: 0)

    /// Takes bytes from an input, and adds what they hold of the body to an output.
    ///
    /// - Parameters:
    ///   - input: what came from the client; what follows the body is left in it.
    ///   - output: the body so far.
    ///   - limit: the largest body in bytes.
    mutating func decode(
        _ input: inout ByteBuffer, into output: inout ByteBuffer, limit: Int, limits: RequestLimits
    ) throws(RequestRejection) -> Progress {
        while input.readableBytes > 0 {
            if case .data(let remaining) = state {
                let count = min(remaining, input.readableBytes)
                if let piece = input.readSlice(length: count) { output.writeImmutableBuffer(piece) }
                state = count == remaining ? .dataCarriageReturn : .data(remaining: remaining - count)
                continue
            }
            if case .trailers = state { return try decodeTrailers(&input, limits: limits) }
            guard let byte = input.readInteger(as: UInt8.self) else { break }
            try step(byte, bodySize: output.readableBytes, limit: limit, limits: limits)
        }
        return .incomplete
    }

    private mutating func step(
        _ byte: UInt8, bodySize: Int, limit: Int, limits: RequestLimits
    ) throws(RequestRejection) {
        switch state {
        case .size(let digits, let value):
            if let digit = byte.hexadecimalDigit {
                // Fifteen digits fit any size there is; more are an overflow, or zeros that no client sends.
                guard digits < 15 else { throw .malformed("A chunk size is too large.") }
                state = .size(digits: digits + 1, value: value << 4 | Int(digit))
                return
            }
            guard digits > 0 else { throw .malformed("A chunk does not begin with its size in hexadecimal digits.") }
            if byte == UInt8(ascii: ";") {
                state = .sizeExtension(value: value, length: 1)
            } else if byte == UInt8(ascii: "\r") {
                state = .sizeLineFeed(value: value)
            } else {
                throw .malformed("A chunk size is not followed by CRLF.")
            }
        case .sizeExtension(let value, let length):
            if byte == UInt8(ascii: "\r") {
                extensionBytes += length
                state = .sizeLineFeed(value: value)
                return
            }
            guard byte >= 0x20, byte != 0x7F else {
                throw .malformed("A chunk extension contains a control character.")
            }
            guard length < Self.maximumExtensionSize, extensionBytes + length < limits.headerSize else {
                throw .malformed("The chunk extensions are too long.")
            }
            state = .sizeExtension(value: value, length: length + 1)
        case .sizeLineFeed(let value):
            guard byte == UInt8(ascii: "\n") else { throw .malformed("A chunk size is not followed by CRLF.") }
            guard value <= limit - bodySize else { throw Self.tooLarge }
            state = value == 0 ? .trailers : .data(remaining: value)
        case .dataCarriageReturn:
            guard byte == UInt8(ascii: "\r") else { throw .malformed("A chunk is not followed by CRLF.") }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .malformed("A chunk is not followed by CRLF.") }
            state = .size(digits: 0, value: 0)
        case .data, .trailers:
            break
        }
    }

    private mutating func decodeTrailers(
        _ input: inout ByteBuffer, limits: RequestLimits
    ) throws(RequestRejection) -> Progress {
        let held = trailers.readableBytes
        trailers.writeImmutableBuffer(input)
        let received = trailers
        let bytes = received.readableBytesUInt8Span
        let isComplete = lines.read(bytes, limits: limits)
        let count = isComplete ? lines.position - 2 : bytes.count
        guard count <= limits.headerSize, lines.count <= limits.fieldCount else {
            throw Self.tooManyTrailers
        }
        guard lines.isClean else {
            throw .malformed("The trailers contain a control character or a line not ended by CRLF.")
        }
        guard isComplete else {
            input.clear()
            return .incomplete
        }
        input.moveReaderIndex(forwardBy: lines.position - held)
        guard !lines.hasMalformedLine else { throw FieldLines.malformed }
        for field in lines.fields where Self.isForbiddenTrailer(bytes.extracting(field.name)) {
            throw Self.misplacedTrailer
        }
        return .complete
    }

    static var tooLarge: RequestRejection {
        RequestRejection(.bodyTooLarge, "The request body is larger than this server accepts.")
    }

    static var tooManyTrailers: RequestRejection { .malformed("The trailers are more than this server accepts.") }

    static var misplacedTrailer: RequestRejection {
        .malformed("A trailer has a name that must not come after the body.")
    }

    /// Fields that frame, route or authenticate a message, or say how to read its body (RFC 9110, section 6.5.1).
    static func isForbiddenTrailer(_ name: Span<UInt8>) -> Bool {
        for forbidden in forbiddenTrailers where ASCII.equal(name, forbidden) { return true }
        return false
    }

    private static let forbiddenTrailers: [StaticString] = [
        "content-length", "transfer-encoding", "host", "trailer", "connection", "keep-alive", "proxy-connection", "te",
        "upgrade", "expect", "max-forwards", "range", "cache-control", "content-encoding", "content-type",
        "content-range", "authorization", "proxy-authorization", "proxy-authenticate", "www-authenticate",
        "authentication-info", "proxy-authentication-info", "cookie", "set-cookie", "forwarded", "via",
        "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-request-id", "x-client-certificate-subject",
    ]
}
