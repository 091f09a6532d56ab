/// A number whose arrays travel as their bytes, without encoding: the integers, `Float` and `Double`.
///
/// All ranks need processors of the same byte order, which those are that Swift has Linux for.
public protocol PlainNumber: Numeric, Comparable, Codable, Sendable, BitwiseCopyable {
    /// What tells one type of number from another in a message.
    static var elementType: ElementType { get }
}

/// What a message holds.
public enum ElementType: UInt8, Hashable, Sendable, CustomStringConvertible {
    /// A value that was encoded, of any type.
    case encoded
    /// Plain numbers.
    case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float, double

    /// The type's name in Swift.
    public var description: String {
        switch self {
        case .encoded: "an encoded value"
        case .int: "[Int]"
        case .int8: "[Int8]"
        case .int16: "[Int16]"
        case .int32: "[Int32]"
        case .int64: "[Int64]"
        case .uint: "[UInt]"
        case .uint8: "[UInt8]"
        case .uint16: "[UInt16]"
        case .uint32: "[UInt32]"
        case .uint64: "[UInt64]"
        case .float: "[Float]"
        case .double: "[Double]"
        }
    }
}

extension Int: PlainNumber {
    /// `.int`.
    public static var elementType: ElementType { .int }
}

extension Int8: PlainNumber {
    /// `.int8`.
    public static var elementType: ElementType { .int8 }
}

extension Int16: PlainNumber {
    /// `.int16`.
    public static var elementType: ElementType { .int16 }
}

extension Int32: PlainNumber {
    /// `.int32`.
    public static var elementType: ElementType { .int32 }
}

extension Int64: PlainNumber {
    /// `.int64`.
    public static var elementType: ElementType { .int64 }
}

extension UInt: PlainNumber {
    /// `.uint`.
    public static var elementType: ElementType { .uint }
}

extension UInt8: PlainNumber {
    /// `.uint8`.
    public static var elementType: ElementType { .uint8 }
}

extension UInt16: PlainNumber {
    /// `.uint16`.
    public static var elementType: ElementType { .uint16 }
}

extension UInt32: PlainNumber {
    /// `.uint32`.
    public static var elementType: ElementType { .uint32 }
}

extension UInt64: PlainNumber {
    /// `.uint64`.
    public static var elementType: ElementType { .uint64 }
}

extension Float: PlainNumber {
    /// `.float`.
    public static var elementType: ElementType { .float }
}

extension Double: PlainNumber {
    /// `.double`.
    public static var elementType: ElementType { .double }
}
