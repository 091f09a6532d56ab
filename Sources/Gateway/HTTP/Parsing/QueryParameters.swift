/// The names and values of a query, as forms and `URLSearchParams` write them (WHATWG URL, section 5.1).
enum QueryParameters {
    /// Calls a closure with each name and its value, both decoded: a plus stands for a space.
    ///
    /// - Parameter query: the place of the query, with its question mark, if there is one.
    static func forEach(in query: Range<Int>, of bytes: Span<UInt8>, _ body: ([UInt8], [UInt8]) -> Void) {
        var start = query.lowerBound
        if start < query.upperBound, bytes[start] == UInt8(ascii: "?") { start += 1 }
        while start < query.upperBound {
            var end = start
            while end < query.upperBound, bytes[end] != UInt8(ascii: "&") { end += 1 }
            var equals = start
            while equals < end, bytes[equals] != UInt8(ascii: "=") { equals += 1 }
            if end > start { body(decoded(start..<equals, bytes), decoded(min(equals + 1, end)..<end, bytes)) }
            start = end + 1
        }
    }

    private static func decoded(_ range: Range<Int>, _ bytes: Span<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < range.upperBound, let high = bytes[index + 1].hexadecimalDigit,
                let low = bytes[index + 2].hexadecimalDigit
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return decoded
    }
}
