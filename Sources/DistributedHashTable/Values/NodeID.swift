/// A place in the table's space of identifiers: 160 bits. Nodes and keys have one each.
///
/// How far two are from each other is their exclusive or, read as a number: every identifier has its own distance to a
/// given one, and the distance is the same in both directions.
public struct NodeID: Hashable, Sendable {
    /// The number of bits.
    public static let bitCount = 160
    /// The number of bytes.
    public static let byteCount = 20

    // Three words rather than an array: an identifier is compared far more often than it is written, and costs no allocation.
    let high: UInt64
    let middle: UInt64
    let low: UInt32

    @inline(__always)
    init(high: UInt64, middle: UInt64, low: UInt32) {
        self.high = high
        self.middle = middle
        self.low = low
    }

    /// The identifier whose bits are all 0.
    public static let zero = NodeID(high: 0, middle: 0, low: 0)

    /// An identifier that nobody can foresee, if the generator is unforeseeable.
    public static func random(using generator: inout some RandomNumberGenerator) -> NodeID {
        NodeID(high: generator.next(), middle: generator.next(), low: UInt32(truncatingIfNeeded: generator.next()))
    }

    /// The distance to another identifier.
    @inline(__always)
    public func distance(to other: NodeID) -> NodeID {
        NodeID(high: high ^ other.high, middle: middle ^ other.middle, low: low ^ other.low)
    }

    /// How many bits two identifiers have in common before the first that differs: 160 if they are equal.
    @inline(__always)
    public func prefixLength(with other: NodeID) -> Int {
        if high != other.high { return (high ^ other.high).leadingZeroBitCount }
        if middle != other.middle { return 64 + (middle ^ other.middle).leadingZeroBitCount }
        return 128 + (low ^ other.low).leadingZeroBitCount
    }

    /// An identifier that has a number of bits in common with this one, differs in the next, and is random in the rest.
    ///
    /// - Parameter prefixLength: the bits in common, 0 to 159.
    public func random(sharing prefixLength: Int, using generator: inout some RandomNumberGenerator) -> NodeID {
        let noise = NodeID.random(using: &generator)
        // The distance to it: 0 up to the prefix, then a 1, then noise.
        var distance = (high: noise.high, middle: noise.middle, low: noise.low)
        switch prefixLength {
        case ..<64:
            distance.high = (distance.high | 1 << 63) >> UInt64(prefixLength)
        case ..<128:
            distance.high = 0
            distance.middle = (distance.middle | 1 << 63) >> UInt64(prefixLength - 64)
        default:
            distance.high = 0
            distance.middle = 0
            distance.low = (distance.low | 1 << 31) >> UInt32(prefixLength - 128)
        }
        return NodeID(high: high ^ distance.high, middle: middle ^ distance.middle, low: low ^ distance.low)
    }
}

extension NodeID: Comparable {
    /// Compares identifiers, and distances, as numbers.
    @inline(__always)
    public static func < (one: NodeID, other: NodeID) -> Bool {
        if one.high != other.high { return one.high < other.high }
        if one.middle != other.middle { return one.middle < other.middle }
        return one.low < other.low
    }
}
