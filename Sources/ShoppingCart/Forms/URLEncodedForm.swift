/// `application/x-www-form-urlencoded`, as forms send it in a body or a query.
package enum URLEncodedForm {
    /// The fields in their order.
    ///
    /// - Throws: where a percent escape is broken, the text is not in UTF-8, or there are too many fields.
    package static func fields(_ bytes: some Collection<UInt8>) throws(FormMistake) -> [FormField] {
        var fields: [FormField] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            guard fields.count < Form.mostFields else { throw .tooManyFields }
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            fields.append(FormField(try decode(pair[..<end]), try decode(pair[end...].dropFirst())))
        }
        return fields
    }

    private static func decode(_ encoded: some Collection<UInt8>) throws(FormMistake) -> String {
        try Form.text(try bytes(of: encoded, plusIsBlank: true))
    }

    /// The text of a percent-encoded path segment, in which a plus sign is itself.
    ///
    /// - Throws: where an escape is broken or the text is not in UTF-8.
    package static func decodePathSegment(_ segment: some StringProtocol) throws(FormMistake) -> String {
        try Form.text(try bytes(of: Array(segment.utf8), plusIsBlank: false))
    }

    private static func bytes(
        of encoded: some Collection<UInt8>, plusIsBlank: Bool
    ) throws(FormMistake) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
                    throw .malformed("a percent sign begins no escape: write %25 for it")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
