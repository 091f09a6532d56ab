/// One frame: immutable bytes that can be copied, shared between tasks and sent any number of times.
///
/// Up to 33 bytes lie inside the value itself and cost no allocation. Longer contents are shared, not copied, between
/// all copies of the value and with libzmq while it sends them; a long frame that was received is the very memory
/// libzmq received it into.
///
/// ```swift
/// let greeting: Message = "hello"
/// let bytes = Message([0x01, 0x02])
/// let page = Message(capacity: 4096) { buffer in
///     buffer.storeBytes(of: 42, as: UInt64.self)
///     return 8
/// }
/// ```
///
/// The C counterpart is `zmq_msg_t`.
@frozen
public struct Message: Sendable {
    // A message is either in `small`, or in `buffer`, and then `small` is empty.
    @usableFromInline let buffer: MessageBuffer?
    @usableFromInline let small: SmallBytes

    /// An empty frame, such as the delimiter of a request envelope.
    @inlinable
    public init() {
        buffer = nil
        small = SmallBytes()
    }

    @inlinable
    init(buffer: MessageBuffer) {
        self.buffer = buffer
        small = SmallBytes()
    }

    @inlinable
    init(small: SmallBytes) {
        buffer = nil
        self.small = small
    }

    /// Copies the bytes of a buffer.
    public init(copying bytes: UnsafeRawBufferPointer) {
        if bytes.count <= SmallBytes.capacity {
            unsafe self.init(small: SmallBytes(copying: bytes))
        } else {
            unsafe self.init(capacity: bytes.count) { room in
                unsafe room.copyMemory(from: bytes)
                return bytes.count
            }
        }
    }

    /// Copies the bytes of a span.
    public init(copying bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe Message(copying: $0) }
    }

    /// Copies a sequence of bytes, such as `[UInt8]` or a slice of it.
    public init(_ bytes: some Sequence<UInt8>) {
        let copied = bytes.withContiguousStorageIfAvailable { contiguous in
            unsafe Message(copying: UnsafeRawBufferPointer(contiguous))
        }
        if let copied {
            self = copied
        } else {
            let array = Array(bytes)
            self = unsafe array.withUnsafeBytes { unsafe Message(copying: $0) }
        }
    }

    /// Copies the UTF-8 bytes of a string.
    public init(_ string: some StringProtocol) {
        self.init(string.utf8)
    }

    /// Fills uninitialized memory in place.
    ///
    /// - Parameters:
    ///   - capacity: the bytes to make room for.
    ///   - fill: writes into the room and returns how many bytes, counted from its start, are the frame.
    @inlinable
    public init(
        capacity: Int,
        initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows {
        if capacity <= SmallBytes.capacity {
            self.init(small: try unsafe SmallBytes(capacity: capacity, initializingWith: fill))
        } else {
            self.init(buffer: try unsafe MessageBuffer.allocate(capacity: capacity, initializingWith: fill))
        }
    }

    /// Hands memory over without copying it.
    ///
    /// - Parameters:
    ///   - bytes: memory that stays valid and unchanged until `release` is called.
    ///   - release: called exactly once, from any thread, when neither a copy of this value nor libzmq reads the
    ///     memory any more. It must not block.
    public init(
        handingOver bytes: UnsafeRawBufferPointer,
        release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) {
        unsafe self.init(buffer: ForeignBuffer(bytes, release: release))
    }

    /// The number of bytes.
    @inlinable
    public var count: Int { buffer?.count ?? Int(small.count) }

    /// Calls a closure with the bytes, which stay valid only while it runs.
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let buffer {
            defer { withExtendedLifetime(buffer) {} }
            return try unsafe body(buffer.bytes)
        }
        return try unsafe small.withUnsafeBytes(body)
    }
}

extension Message: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// The UTF-8 bytes of a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension Message: Hashable {
    /// Two frames are equal when their bytes are.
    public static func == (one: Message, other: Message) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe one.withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in unsafe left.elementsEqual(right) }
        }
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension Message: CustomStringConvertible {
    /// The text, where the bytes are printable UTF-8, otherwise their number and the first few in hexadecimal.
    public var description: String {
        if let text = String(validating: self), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        {
            return text
        }
        let digits = [UInt8](self).prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "\(count) bytes: \(digits.joined())\(count > 16 ? "…" : "")"
    }
}

extension String {
    /// The text of a frame; bytes that are not UTF-8 become U+FFFD.
    public init(_ message: Message) {
        self = unsafe message.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The text of a frame, or nil where its bytes are not UTF-8.
    public init?(validating message: Message) {
        let text = unsafe message.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        guard let text else { return nil }
        self = text
    }
}

extension [UInt8] {
    /// A copy of a frame's bytes.
    public init(_ message: Message) {
        self = unsafe message.withUnsafeBytes { unsafe Array($0) }
    }
}
