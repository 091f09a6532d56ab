import Crypto

extension NodeID {
    /// The identifier of a key, or of a node by its public key: the first 20 bytes of the SHA-256 of its bytes.
    public init(hashing bytes: some Sequence<UInt8>) {
        self = SHA256.hash(data: Array(bytes)).withUnsafeBytes { digest in
            NodeID(
                high: UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                middle: UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                low: UInt32(bigEndian: digest.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        }
    }

    /// An identifier of exactly 20 bytes; nil for another number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == NodeID.byteCount else { return nil }
        var bytes = bytes.makeIterator()
        func number<Number: FixedWidthInteger>(_: Number.Type) -> Number {
            (0..<MemoryLayout<Number>.size).reduce(into: 0) { number, _ in
                number = number << 8 | Number(bytes.next() ?? 0)
            }
        }
        self.init(high: number(UInt64.self), middle: number(UInt64.self), low: number(UInt32.self))
    }

    /// The 20 bytes, the most significant first.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(NodeID.byteCount)
        withUnsafeBytes(of: high.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: middle.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: low.bigEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }
}

extension NodeID: LosslessStringConvertible {
    /// Reads 40 hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 2 * NodeID.byteCount else { return nil }
        var bytes: [UInt8] = []
        var digits = text.utf8.makeIterator()
        while let first = digits.next(), let second = digits.next() {
            guard let first = Self.value(ofDigit: first), let second = Self.value(ofDigit: second) else { return nil }
            bytes.append(first << 4 | second)
        }
        self.init(bytes: bytes)
    }

    /// 40 hexadecimal digits, in small letters.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
