/// Reads values in the distinguished encoding of ASN.1 (X.690), one behind the other.
struct DERReader {
    /// A value: what it is, and its contents.
    struct Value {
        /// Class, form and number in one byte; other tags do not come where this is used.
        let tag: UInt8
        let contents: ArraySlice<UInt8>
        /// The whole encoding, tag and length included.
        let encoding: ArraySlice<UInt8>

        /// The values that it is made of.
        var members: DERReader { DERReader(contents) }
    }

    /// Tags of universal types.
    enum Tag {
        static let objectIdentifier: UInt8 = 0x06
        static let utf8String: UInt8 = 0x0C
        static let numericString: UInt8 = 0x12
        static let printableString: UInt8 = 0x13
        static let teletexString: UInt8 = 0x14
        static let ia5String: UInt8 = 0x16
        static let visibleString: UInt8 = 0x1A
        static let universalString: UInt8 = 0x1C
        static let bmpString: UInt8 = 0x1E
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31
        /// Of the version of a certificate, which may be missing.
        static let version: UInt8 = 0xA0
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }
    /// The tag of the next value, nil at the end.
    var nextTag: UInt8? { rest.first }

    /// The next value; nil at the end, and where no whole value is there.
    mutating func next() -> Value? {
        guard rest.count >= 2, let tag = rest.first, tag & 0x1F != 0x1F else { return nil }
        var position = rest.startIndex + 1
        var length = Int(rest[position])
        position += 1
        if length >= 0x80 {
            let size = length & 0x7F
            guard 1...4 ~= size, rest.endIndex - position >= size else { return nil }
            length = rest[position..<position + size].reduce(0) { $0 << 8 | Int($1) }
            position += size
        }
        guard rest.endIndex - position >= length else { return nil }
        let end = position + length
        let value = Value(tag: tag, contents: rest[position..<end], encoding: rest[rest.startIndex..<end])
        rest = rest[end...]
        return value
    }

    /// The next value, where it has the tag.
    mutating func next(_ tag: UInt8) -> Value? {
        guard nextTag == tag else { return nil }
        return next()
    }
}
