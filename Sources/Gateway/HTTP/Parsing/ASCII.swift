import WorkerProtocol

// What single bytes mean in HTTP's grammar (RFC 9110, section 5.6.2; RFC 5234, appendix B.1).

extension UInt8 {
    /// Whether the byte may stand in a token.
    @inline(__always)
    var isTokenByte: Bool { FieldName.isTokenByte(self) }

    /// Whether the byte is a visible ASCII character, the space not included.
    var isVisibleASCII: Bool { self > 0x20 && self < 0x7F }

    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    var lowercasedASCII: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

enum ASCII {
    /// One bit for each of the 128 ASCII characters.
    struct Set: Sendable {
        let low: UInt64
        let high: UInt64

        @inline(__always)
        func contains(_ byte: UInt8) -> Bool {
            byte < 128 && (byte < 64 ? low : high) & (1 << UInt64(byte & 63)) != 0
        }
    }

    /// Letters, digits and `-._~!$&'()*+;=`: the characters of a registered name without the comma, which no host has
    /// and a list would be made of. Computed and not stored, so that the compiler sees constants where it tests them.
    static var hostBytes: Set { Set(low: 0x2BFF_6FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// Whether bytes equal a text in lower case, letters of either case being the same.
    static func equal(_ bytes: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        for index in bytes.indices where bytes[index].lowercasedASCII != lowercase.utf8Start[index] { return false }
        return true
    }

    /// Whether bytes are those of a text.
    static func isSame(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in bytes.indices where bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Bytes without the blanks around them.
    static func trimmed(_ range: Range<Int>, of bytes: Span<UInt8>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start].isBlank { start += 1 }
        while end > start, bytes[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// Calls a closure with each member of a comma-separated list, blanks around it removed.
    static func forEachMember(of range: Range<Int>, in bytes: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        var start = range.lowerBound
        for index in range where bytes[index] == UInt8(ascii: ",") {
            body(trimmed(start..<index, of: bytes))
            start = index + 1
        }
        body(trimmed(start..<range.upperBound, of: bytes))
    }
}
