/// Finds the end of a request's head in bytes that come in any number of pieces, looking at each byte once.
///
/// The scanner also notes whether every byte may stand in a head at all, so that what parses the head afterwards need
/// not look for control characters again. It refuses early what can no longer become a good head, so that nothing is
/// collected beyond the limits and no client waits for a timeout to learn of a mistake.
struct HeadScanner {
    /// What is known about the bytes so far.
    enum Progress: Equatable {
        /// The head goes on.
        case incomplete
        /// The head, with its closing empty line, is that many bytes long.
        case complete(Int)
    }

    // All positions count from the start of the head.
    private var position = 0
    private var lineStart = 0
    private(set) var startLineEnd: Int?
    private(set) var fieldLines = 0
    /// Whether all lines ended by CRLF and no control character but a tab was seen.
    private(set) var isClean = true

    /// A scanner for the head of a request.
    init() {}

    /// A scanner for trailers, which have no first line.
    init(forTrailers: ()) {
        startLineEnd = 0
    }

    /// Whether no byte was looked at yet.
    var isAtStart: Bool { position == 0 }

    /// Goes on where the last call ended.
    ///
    /// - Parameter bytes: the head from its first byte, as far as it has come. It begins with no empty line.
    mutating func scan(_ bytes: Span<UInt8>) -> Progress {
        while position < bytes.count {
            let byte = bytes[position]
            if byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") {
                position += 1
            } else if byte == UInt8(ascii: "\n") {
                let endsByCRLF = position > lineStart && bytes[position - 1] == UInt8(ascii: "\r")
                if !endsByCRLF { isClean = false }
                let isEmpty = position - lineStart == (endsByCRLF ? 1 : 0)
                position += 1
                lineStart = position
                if startLineEnd == nil {
                    startLineEnd = position
                } else if isEmpty {
                    return .complete(position)
                } else {
                    fieldLines += 1
                }
            } else if byte == UInt8(ascii: "\r") {
                // Whether a CR is bare shows in the byte after it.
                guard position + 1 < bytes.count else { return .incomplete }
                if bytes[position + 1] != UInt8(ascii: "\n") { isClean = false }
                position += 1
            } else {
                isClean = false
                position += 1
            }
        }
        return .incomplete
    }

    /// Why an incomplete head will be refused whatever follows, nil where it may still become good.
    ///
    /// - Parameter bytes: the same bytes as in the call to `scan` before.
    func rejection(of bytes: Span<UInt8>, limits: HTTPSettings) -> RequestRejection? {
        guard let startLineEnd else {
            if !isClean { return .malformed("The request contains a control character or a line not ended by CRLF.") }
            return RequestStartLine.rejection(ofIncomplete: bytes, limits: limits)
        }
        do {
            _ = try RequestStartLine(bytes.extracting(0..<startLineEnd), limits: limits)
        } catch {
            return error
        }
        // A CR with which a line begins is most likely half of the empty line that ends the head: no field byte.
        let isEnding = lineStart == bytes.count - 1 && bytes[lineStart] == UInt8(ascii: "\r")
        return RequestHeadBytes.rejection(
            ofFieldBytes: bytes.count - startLineEnd - (isEnding ? 1 : 0), lines: fieldLines, isClean: isClean,
            limits: limits)
    }
}
