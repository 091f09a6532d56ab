/// A member of an `accept` field: a type, or a range of types, and how much it is wanted (RFC 9110, section 12.5.1).
struct MediaRange {
    /// The place of `type/subtype`.
    let type: Range<Int>
    /// How much it is wanted, from 0 to 1000: not at all at 0.
    let weight: Int

    /// Calls a closure with each member of a field; several fields are one list (RFC 9110, section 5.3).
    static func forEach(in value: Range<Int>, of bytes: Span<UInt8>, _ body: (MediaRange) -> Void) {
        var position = value.lowerBound
        while position < value.upperBound {
            var end = position
            while end < value.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            body(MediaRange(position..<end, in: bytes))
            position = end + 1
        }
    }

    private init(_ range: Range<Int>, in bytes: Span<UInt8>) {
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] != UInt8(ascii: ";") { end += 1 }
        type = ASCII.trimmed(range.lowerBound..<end, of: bytes)
        var weight = 1000
        while end < range.upperBound {
            let start = end + 1
            end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: ";") { end += 1 }
            let parameter = ASCII.trimmed(start..<end, of: bytes)
            if parameter.count > 2, bytes[parameter.lowerBound].lowercasedASCII == UInt8(ascii: "q"),
                bytes[parameter.lowerBound + 1] == UInt8(ascii: "=")
            {
                weight = Self.thousandths(parameter.lowerBound + 2..<parameter.upperBound, in: bytes)
            }
        }
        self.weight = weight
    }

    /// Reads `0.5` as 500; what is no weight counts as 1000.
    private static func thousandths(_ range: Range<Int>, in bytes: Span<UInt8>) -> Int {
        var result = 0
        var unit = 1000
        for (position, index) in range.enumerated() {
            if position == 1 {
                guard bytes[index] == UInt8(ascii: ".") else { return 1000 }
                continue
            }
            guard bytes[index].isDigit else { return 1000 }
            result += Int(bytes[index] - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return min(result, 1000)
    }
}
