/// A payload read as a number, as `42`, `-7.5` or `1e3`; of several numbers, as in `42 31`, the first counts.
enum PayloadNumber {
    /// The number; nil where there is anything else. Blanks and line ends around it are passed over.
    static func parse(_ payload: UnsafeRawBufferPointer) -> Double? {
        let bytes = trimmed(payload)
        if let number = number(bytes) { return number }
        // A temperature and a humidity, as in ZeroMQ's guide. What has a word among its numbers is a text.
        let words = bytes.split(whereSeparator: isSpace).map(UnsafeRawBufferPointer.init(rebasing:))
        guard words.count > 1, words.dropFirst().allSatisfy({ number($0) != nil }) else { return nil }
        return words.first.flatMap(number)
    }

    private static func number(_ bytes: UnsafeRawBufferPointer) -> Double? {
        wholeNumber(bytes).map(Double.init) ?? decimal(bytes)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: bytes[first...last])
    }

    /// The usual case, without making a string of it.
    private static func wholeNumber(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes[...]
        guard !digits.isEmpty, digits.count <= 15 else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return isNegative ? -number : number
    }

    private static func decimal(_ bytes: UnsafeRawBufferPointer) -> Double? {
        // Swift would read "nan", "inf" and hexadecimal, too, of which nobody wants the average.
        let isPlain = bytes.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard isPlain, let number = Double(String(decoding: bytes, as: UTF8.self)), number.isFinite else { return nil }
        return number
    }
}
