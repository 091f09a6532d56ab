import Glibc

/// One part of a ``Message``: bytes that never change.
///
/// A frame can be copied, shared between tasks, and sent any number of times. Up to 33 bytes lie inside the value itself
/// and cost no allocation. Longer contents are stored once, and all copies of the frame share them; from 2 KiB on libzmq
/// shares them, too, while it sends them, and copies fewer, which costs less. A long frame that was received keeps the
/// memory that libzmq received it into.
///
/// ```swift
/// let greeting: Frame = "hello"
/// let bytes = Frame([0x01, 0x02])
/// let number = Frame(writingUpTo: 8) { output in output.append(42, as: UInt64.self) }
/// ```
///
/// The C counterpart is `zmq_msg_t`.
@frozen
public struct Frame: Sendable {
    // The bytes are either in `small`, or in `buffer`, and then `small` is empty.
    @usableFromInline var small: SmallBytes
    @usableFromInline let buffer: FrameBuffer?

    /// An empty frame, such as the delimiter of a request envelope.
    @inlinable
    public init() {
        buffer = nil
        small = SmallBytes()
    }

    @inlinable
    init(buffer: FrameBuffer) {
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
            unsafe self.init(buffer: AllocatedBuffer(copying: bytes))
        }
    }

    /// Copies the bytes of a span.
    public init(copying bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe Frame(copying: $0) }
    }

    /// Copies the bytes of a span.
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBytes { unsafe Frame(copying: $0) }
    }

    /// Copies a sequence of bytes, such as `[UInt8]` or a slice of it.
    @inlinable
    public init(_ bytes: some Sequence<UInt8>) {
        let copied = bytes.withContiguousStorageIfAvailable { contiguous in
            unsafe Frame(copying: UnsafeRawBufferPointer(contiguous))
        }
        if let copied {
            self = copied
        } else {
            let array = Array(bytes)
            self = unsafe array.withUnsafeBytes { unsafe Frame(copying: $0) }
        }
    }

    /// Copies the UTF-8 bytes of a string.
    public init(_ string: some StringProtocol) {
        self.init(string.utf8)
    }

    /// Writes the bytes in place, up to a number of them.
    ///
    /// The frame has the bytes that were written, which may be none.
    ///
    /// - Parameters:
    ///   - capacity: the bytes to make room for, 0 or more; writing more ends the program, as with an array.
    ///   - write: appends to the output, which counts what is written.
    /// - Throws: what the closure throws.
    public init<Failure: Error>(
        writingUpTo capacity: Int, _ write: (inout OutputRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(capacity >= 0, "a frame cannot have room for \(capacity) bytes")
        if capacity <= SmallBytes.capacity {
            self.init(small: try SmallBytes(writingUpTo: capacity, write))
        } else {
            self.init(buffer: try AllocatedBuffer(writingUpTo: capacity, write))
        }
    }

    /// Fills uninitialized memory in place, as a function of C does it that takes an address and returns a count.
    ///
    /// ```swift
    /// let piece = try Frame(capacity: 4096) { room in
    ///     let count = read(descriptor, room.baseAddress, room.count)
    ///     guard count >= 0 else { throw ReadingFailed(number: errno) }
    ///     return count
    /// }
    /// ```
    ///
    /// A count that cannot be right never makes a frame: `read` returns -1 when it fails, and this initializer throws.
    ///
    /// - Parameters:
    ///   - capacity: the bytes to make room for.
    ///   - fill: writes into the room and returns how many bytes, counted from its start, are the frame.
    /// - Throws: what the closure throws. ``ZMQError`` with `.invalidArgument` when the closure returns less than 0 or
    ///   more than the capacity, or when the capacity is negative.
    @inlinable
    public init(
        capacity: Int,
        initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws {
        if capacity <= SmallBytes.capacity {
            self.init(small: try unsafe SmallBytes(capacity: capacity, initializingWith: fill))
        } else {
            self.init(buffer: try unsafe FrameBuffer.allocate(capacity: capacity, initializingWith: fill))
        }
    }

    /// Sends memory of the caller's as it is, without copying it, unless it is short: up to 33 bytes are copied, which costs
    /// less.
    ///
    /// - Parameters:
    ///   - bytes: memory that stays valid and unchanged until `release` is called.
    ///   - release: called exactly once, when neither a copy of this frame nor libzmq reads the memory any more: on the
    ///     thread of ``SocketExecutor/shared``, with no lock of the library's held, so that it may use sockets; for short
    ///     memory at once, by the caller. It must not block. If that thread cannot be started, as the process is out of
    ///     descriptors or threads, `release` is called once it can.
    public init(
        handingOver bytes: UnsafeRawBufferPointer,
        release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) {
        guard bytes.count > SmallBytes.capacity else {
            unsafe self.init(small: SmallBytes(copying: bytes))
            unsafe release(bytes)
            return
        }
        unsafe self.init(buffer: ForeignBuffer(bytes, release: release))
    }

    /// The number of bytes.
    @inlinable
    public var count: Int { buffer?.count ?? small.count }

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

extension Frame: Hashable {
    /// Two frames are equal when their bytes are.
    public static func == (one: Frame, other: Frame) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe one.withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return true }
                return unsafe memcmp(left, right, one.count) == 0
            }
        }
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
