/// A node's public key of CURVE: 32 bytes, in four words so that contacts stay flat. All 0 stands for no key.
public struct PublicKey: Hashable, Sendable {
    /// The number of bytes.
    public static let byteCount = 32
    /// Stands for a node without encryption.
    public static let none = PublicKey(words: (0, 0, 0, 0))

    let first: UInt64
    let second: UInt64
    let third: UInt64
    let fourth: UInt64

    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (first, second, third, fourth) = words
    }

    /// A key of exactly 32 bytes; nil for another number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let words = Array(bytes).withUnsafeBytes { bytes in
            (0..<4).map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
        }
        self.init(words: (words[0], words[1], words[2], words[3]))
    }

    /// Whether there is none.
    public var isNone: Bool { first | second | third | fourth == 0 }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [first, second, third, fourth].flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
    }
}
