/// A socket option: its number in libzmq, its Swift type, and when it may be set.
///
/// The options of a socket type are the properties of ``SocketOptionNames``, and are used through their names:
///
/// ```swift
/// let push = try Push(context) { $0.sendHighWaterMark = 10 }
/// try push.setOption(\.linger, to: .seconds(1))
/// print(try push.option(\.linger) as Any)
/// ```
///
/// All options follow the same rules:
///
/// - Times are `Duration`, sizes and numbers `Int`.
/// - Nil stands for none, no limit, or never, wherever C writes 0 or −1 for that; 0 itself is then refused. Where 0 is a
///   value like others, as for ``SocketOptionNames/linger``, it is one.
/// - Booleans read as a statement about the socket: ``SocketOptionNames/isMandatory``, ``SocketOptionNames/conflates``.
/// - An option that libzmq does not give back, and a secret, is a ``WriteOnlySocketOption``, and reading it does not compile.
public struct SocketOption<Value: Sendable>: Sendable {
    /// The option's name in Swift.
    public let name: String
    /// The option's number in `zmq.h`.
    public let number: Int32
    /// When the option takes effect.
    public let timing: SocketOptionTiming
    /// The value of a new socket.
    public let defaultValue: Value
    let coding: SocketOptionCoding<Value>
    /// What libzmq must have been built with, such as `curve`; nil where every libzmq has the option.
    let capability: String?
    /// Whether no error may tell the value.
    let isSecret: Bool

    init(
        _ number: Int32, _ coding: SocketOptionCoding<Value>, default defaultValue: Value,
        _ timing: SocketOptionTiming = .beforeEndpoints, needs capability: String? = nil, isSecret: Bool = false,
        name: String = #function
    ) {
        self.capability = capability
        self.isSecret = isSecret
        self.name = name
        self.number = number
        self.coding = coding
        self.defaultValue = defaultValue
        self.timing = timing
    }
}

/// A socket option that can be set and not read: libzmq does not give it back, or it is a secret.
public struct WriteOnlySocketOption<Value: Sendable>: Sendable {
    /// What setting it takes.
    let option: SocketOption<Value>

    init(
        _ number: Int32, _ coding: SocketOptionCoding<Value>, default defaultValue: Value,
        _ timing: SocketOptionTiming = .beforeEndpoints, needs capability: String? = nil, isSecret: Bool = false,
        name: String = #function
    ) {
        option = SocketOption(
            number, coding, default: defaultValue, timing, needs: capability, isSecret: isSecret, name: name)
    }

    /// The option's name in Swift.
    public var name: String { option.name }
    /// The option's number in `zmq.h`.
    public var number: Int32 { option.number }
    /// When the option takes effect.
    public var timing: SocketOptionTiming { option.timing }
    /// The value of a new socket.
    public var defaultValue: Value { option.defaultValue }
}

/// When an option takes effect.
public enum SocketOptionTiming: Sendable {
    /// At any time.
    case always
    /// Only for endpoints bound or connected later: setting it after the first throws, rather than being ignored.
    case beforeEndpoints
}

/// How a value travels to and from `zmq_setsockopt` and `zmq_getsockopt`.
struct SocketOptionCoding<Value: Sendable>: Sendable {
    /// Room for the longest value.
    let capacity: Int
    /// Nil for a value that C cannot express.
    let encode: @Sendable (Value) -> [UInt8]?
    let decode: @Sendable ([UInt8]) -> Value?
}

extension SocketOptionCoding {
    static func integer<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
    }

    static func integer<Number: FixedWidthInteger>(from bytes: [UInt8]) -> Number? {
        guard bytes.count == MemoryLayout<Number>.size else { return nil }
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Number.self) }
    }

    /// An `int`.
    static var int: SocketOptionCoding<Int> { int(in: Int(Int32.min)...Int(Int32.max)) }

    /// An `int` of which not every one has a meaning.
    static func int(in range: ClosedRange<Int>) -> SocketOptionCoding<Int> {
        .init(capacity: 4) {
            range.contains($0) ? Int32(exactly: $0).map(integer) : nil
        } decode: {
            (integer(from: $0) as Int32?).map(Int.init)
        }
    }

    /// An `int` that is 0 or 1.
    static var bool: SocketOptionCoding<Bool> {
        .init(capacity: 4) {
            integer($0 ? 1 : 0 as Int32)
        } decode: {
            (integer(from: $0) as Int32?).map { $0 != 0 }
        }
    }

    /// An `int` of milliseconds; nil, for ever or never, is −1.
    static var optionalMilliseconds: SocketOptionCoding<Duration?> {
        .init(capacity: 4) { value in
            guard let value else { return integer(-1 as Int32) }
            return SocketOptionCoding<Duration>.milliseconds.encode(value)
        } decode: { bytes in
            guard let number: Int32 = integer(from: bytes) else { return nil }
            return .some(number < 0 ? nil : .milliseconds(Int(number)))
        }
    }

    /// An `int` of milliseconds; nil, for none, is 0, so that zero itself is refused.
    ///
    /// - Parameter step: the milliseconds that libzmq counts in; it would round down, possibly to none.
    static func positiveMilliseconds(step: Int32 = 1) -> SocketOptionCoding<Duration?> {
        .init(capacity: 4) { value in
            guard let value else { return integer(0 as Int32) }
            guard value > .zero, let number = Int32(exactly: value.wholeMilliseconds(rounded: .up)) else { return nil }
            let (sum, isTooLong) = number.addingReportingOverflow(step - 1)
            return isTooLong ? nil : integer(sum / step * step)
        } decode: { bytes in
            guard let number: Int32 = integer(from: bytes) else { return nil }
            return .some(number <= 0 ? nil : .milliseconds(Int(number)))
        }
    }

    /// An `int`; nil, for no limit, is 0, so that 0 itself is refused.
    static var limit: SocketOptionCoding<Int?> {
        .init(capacity: 4) { value in
            guard let value else { return integer(0 as Int32) }
            return value <= 0 ? nil : Int32(exactly: value).map(integer)
        } decode: { bytes in
            guard let number: Int32 = integer(from: bytes) else { return nil }
            return .some(number <= 0 ? nil : Int(number))
        }
    }

    /// An `int` of milliseconds.
    static var milliseconds: SocketOptionCoding<Duration> {
        .init(capacity: 4) { value in
            guard value >= .zero else { return nil }
            return Int32(exactly: value.wholeMilliseconds(rounded: .up)).map(integer)
        } decode: {
            (integer(from: $0) as Int32?).map { .milliseconds(Int($0)) }
        }
    }

    /// An `int64_t` of bytes; nil, no limit, is −1.
    static var optionalBytes: SocketOptionCoding<Int?> {
        .init(capacity: 8) {
            guard let value = $0 else { return integer(-1 as Int64) }
            return value < 0 ? nil : integer(Int64(value))
        } decode: { bytes in
            guard let number: Int64 = integer(from: bytes) else { return nil }
            return .some(number < 0 ? nil : Int(number))
        }
    }

    /// Up to 255 bytes.
    static var bytes: SocketOptionCoding<Frame> {
        .init(capacity: 255) {
            [UInt8]($0)
        } decode: {
            Frame($0)
        }
    }
}
