/// What tells whether some tasks are the same as others were: the sum of a digest of each, so that their order in time
/// does not matter. It guards against mistakes, not against malice.
public struct LineDigest: Hashable, Sendable {
    /// The sum.
    let rawValue: UInt64

    /// The digest of no task.
    public init() { rawValue = 0 }

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The digest of one task.
    init(of number: TaskNumber, _ text: ArraySlice<UInt8>) {
        self = text.withUnsafeBytes { LineDigest(of: number, $0) }
    }

    /// The digest of one task.
    init(of number: TaskNumber, _ text: UnsafeRawBufferPointer) {
        // Eight bytes at a time: tasks may be long. The number of bytes tells those in the last step from zeros.
        var hash = 0xCBF2_9CE4_8422_2325 ^ (number &* 0x9E37_79B9_7F4A_7C15)
        var position = 0
        while position + 8 <= text.count {
            hash = Self.step(hash, UInt64(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            position += 8
        }
        var rest = UInt64(truncatingIfNeeded: text.count)
        while position < text.count {
            rest = rest << 8 | UInt64(text[position])
            position += 1
        }
        hash = Self.step(hash, rest)
        // The last steps of MurmurHash3, so that a sum of many keeps what distinguishes each.
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        rawValue = hash ^ (hash >> 33)
    }

    private static func step(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9FB2_1C65_1E98_DF25
        return product ^ (product >> 32)
    }

    /// Adds a task.
    public mutating func add(_ number: TaskNumber, _ text: ArraySlice<UInt8>) {
        formUnion(LineDigest(of: number, text))
    }

    /// Adds those of another.
    public mutating func formUnion(_ other: LineDigest) { self = LineDigest(rawValue: rawValue &+ other.rawValue) }

    /// Takes those of another out, which were added.
    public mutating func subtract(_ other: LineDigest) { self = LineDigest(rawValue: rawValue &- other.rawValue) }
}
