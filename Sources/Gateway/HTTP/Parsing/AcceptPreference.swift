/// Which of the two forms of a problem answer a client would rather read (RFC 9110, section 12.5.1).
struct AcceptPreference {
    private var text = Weight()
    private var json = Weight()

    /// Whether `text/plain` has a higher weight than `application/problem+json` in the `accept` fields.
    ///
    /// The most specific range that covers a type decides about it; equal weights leave the choice to the server,
    /// which prefers the structured form.
    var prefersText: Bool { text.thousandths > json.thousandths }

    /// Takes an `accept` field into account; several lines are one list (RFC 9110, section 5.3).
    mutating func note(_ value: Range<Int>, in bytes: Span<UInt8>) {
        var position = value.lowerBound
        while position < value.upperBound {
            var end = position
            while end < value.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            let (type, weight) = Self.member(position..<end, in: bytes)
            let name = bytes.extracting(type)
            if ASCII.equal(name, "text/plain") {
                text.note(weight, specificity: 3)
            } else if ASCII.equal(name, "text/*") {
                text.note(weight, specificity: 2)
            } else if ASCII.equal(name, "application/problem+json") {
                json.note(weight, specificity: 3)
            } else if ASCII.equal(name, "application/json") || ASCII.equal(name, "application/*") {
                json.note(weight, specificity: 2)
            } else if ASCII.equal(name, "*/*") {
                text.note(weight, specificity: 1)
                json.note(weight, specificity: 1)
            }
            position = end + 1
        }
    }

    private struct Weight {
        var thousandths = 0
        var specificity = 0

        mutating func note(_ weight: Int, specificity: Int) {
            guard specificity > self.specificity else { return }
            self.specificity = specificity
            thousandths = weight
        }
    }

    /// The media range of a list member, and its weight in thousandths.
    private static func member(_ range: Range<Int>, in bytes: Span<UInt8>) -> (Range<Int>, Int) {
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] != UInt8(ascii: ";") { end += 1 }
        let type = ASCII.trimmed(range.lowerBound..<end, of: bytes)
        var weight = 1000
        while end < range.upperBound {
            let start = end + 1
            end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: ";") { end += 1 }
            let parameter = ASCII.trimmed(start..<end, of: bytes)
            if parameter.count > 2, bytes[parameter.lowerBound].lowercasedASCII == UInt8(ascii: "q"),
                bytes[parameter.lowerBound + 1] == UInt8(ascii: "=")
            {
                weight = thousandths(parameter.lowerBound + 2..<parameter.upperBound, in: bytes)
            }
        }
        return (type, weight)
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
