import WorkerProtocol

/// Takes field lines apart, of a head or of trailers, that come in any number of pieces: each line in one pass over its
/// bytes, as soon as it is there whole.
///
/// Faults are noted and not answered, as of several the first in the order of the rules counts.
struct FieldLines {
    /// Where the next line begins.
    private(set) var position: Int
    /// The fields so far; none beyond the limit.
    private(set) var fields: [HeadField] = []
    /// How many lines there were.
    private(set) var count = 0
    /// Whether all lines ended by CRLF and no control character but a tab was seen.
    private(set) var isClean = true
    /// Whether a line is not a name, a colon and a value.
    private(set) var hasMalformedLine = false
    /// How far a line without its end has been looked through.
    private var seen = 0

    static let malformed = RequestRejection.malformed("A header line is not a name, a colon and a value.")

    /// - Parameter position: where the first line begins.
    init(from position: Int) {
        self.position = position
    }

    /// Reads the lines that have come; true when the empty line that ends them was read.
    ///
    /// - Parameter bytes: the same as in the call before, with what came since.
    mutating func read(_ bytes: Span<UInt8>, limits: RequestLimits) -> Bool {
        while position < bytes.count {
            if seen > position, !findsLineEnd(bytes) { return false }
            switch readLine(bytes, limits) {
            case .incomplete:
                seen = bytes.count
                return false
            case .line: continue
            case .end: return true
            }
        }
        return false
    }

    private enum Line {
        case incomplete
        case line
        case end
    }

    /// Whether a line whose beginning was looked through before has got its end.
    private mutating func findsLineEnd(_ bytes: Span<UInt8>) -> Bool {
        while seen < bytes.count {
            let byte = bytes[seen]
            if byte == UInt8(ascii: "\n") { return true }
            if bytes[seen - 1] == UInt8(ascii: "\r") || !(byte.isFieldByte || byte == UInt8(ascii: "\r")) {
                isClean = false
            }
            seen += 1
        }
        return false
    }

    private mutating func readLine(_ bytes: Span<UInt8>, _ limits: RequestLimits) -> Line {
        let end = bytes.count
        var index = position
        while index < end, bytes[unchecked: index].isTokenByte { index += 1 }
        guard index < end else { return .incomplete }
        let nameEnd = index
        guard bytes[unchecked: index] == UInt8(ascii: ":"), nameEnd > position else {
            return readOtherLine(bytes, from: index)
        }
        index += 1
        while index < end, bytes[unchecked: index].isBlank { index += 1 }
        let valueStart = index
        var valueEnd = index
        while index < end {
            let byte = bytes[unchecked: index]
            if byte > 0x20, byte != 0x7F {
                index += 1
                valueEnd = index
            } else if byte.isBlank {
                index += 1
            } else if byte == UInt8(ascii: "\r"), index + 1 == end {
                return .incomplete
            } else if byte == UInt8(ascii: "\r"), bytes[index + 1] == UInt8(ascii: "\n") {
                append(bytes, nameEnd, valueStart..<valueEnd, limits)
                position = index + 2
                return .line
            } else if byte == UInt8(ascii: "\n") {
                isClean = false
                count += 1
                position = index + 1
                return .line
            } else {
                isClean = false
                index += 1
            }
        }
        return .incomplete
    }

    private mutating func append(
        _ bytes: Span<UInt8>, _ nameEnd: Int, _ value: Range<Int>, _ limits: RequestLimits
    ) {
        count += 1
        guard count <= limits.fieldCount else { return }
        if fields.isEmpty { fields.reserveCapacity(8) }
        let name = position..<nameEnd
        let meaning = bytes.extracting(name).withUnsafeBytes { FieldName($0) }
        fields.append(HeadField(meaning, name: name, value: value))
    }

    /// Reads the empty line, or one that is no field line.
    private mutating func readOtherLine(_ bytes: Span<UInt8>, from start: Int) -> Line {
        let end = bytes.count
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                let endsByCRLF = index > position && bytes[index - 1] == UInt8(ascii: "\r")
                if !endsByCRLF { isClean = false }
                let isEmpty = index - position == (endsByCRLF ? 1 : 0)
                if !isEmpty {
                    hasMalformedLine = true
                    count += 1
                }
                position = index + 1
                return isEmpty ? .end : .line
            }
            if index > start, bytes[index - 1] == UInt8(ascii: "\r") { isClean = false }
            if !byte.isFieldByte, byte != UInt8(ascii: "\r") { isClean = false }
            index += 1
        }
        return .incomplete
    }
}

extension UInt8 {
    /// Whether the byte may stand in a field line.
    fileprivate var isFieldByte: Bool { self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t") }
}
