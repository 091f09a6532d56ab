/// A value as nodes hand it to each other.
public struct StoredValue: Hashable, Sendable {
    /// The most bytes of a value: 64 KiB.
    public static let mostBytes = 1 << 16

    /// The bytes, 0 to ``mostBytes`` of them.
    public let bytes: [UInt8]
    /// The number that its writer gave it: one more than the highest that the writer had heard of, and at least 1.
    public let version: UInt64

    /// A value by its parts.
    public init(_ bytes: [UInt8], version: UInt64) {
        self.bytes = bytes
        self.version = version
    }

    /// Whether it takes the place of another: the higher version does, and of two writers who chose the same, the value
    /// whose bytes come later. So all nodes agree, in whatever order they hear of both.
    public func supersedes(_ other: StoredValue) -> Bool {
        if version != other.version { return version > other.version }
        return other.bytes.lexicographicallyPrecedes(bytes)
    }
}
