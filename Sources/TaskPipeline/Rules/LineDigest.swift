/// What tells whether some tasks are the same as others were: the sum of a digest of each, so that their order in time
/// does not matter. It guards against mistakes, not against malice.
public struct LineDigest: Hashable, Sendable {
    private var sum: UInt64 = 0

    /// The digest of no task.
    public init() {}

    init(sum: UInt64) {
        self.sum = sum
    }

    /// Adds a task.
    public mutating func add(_ number: TaskNumber, _ text: ArraySlice<UInt8>) {
        sum &+= Self.digest(number, text)
    }

    /// Takes a task out that was added.
    public mutating func remove(_ number: TaskNumber, _ text: ArraySlice<UInt8>) {
        sum &-= Self.digest(number, text)
    }

    /// Adds those of another.
    public mutating func formUnion(_ other: LineDigest) { sum &+= other.sum }

    var rawValue: UInt64 { sum }

    /// FNV-1a, and the last steps of MurmurHash3 so that a sum of many keeps what distinguishes each.
    private static func digest(_ number: TaskNumber, _ text: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ (number &* 0x9E37_79B9_7F4A_7C15)
        text.withUnsafeBytes { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }
}
