/// Up to 33 bytes held in place, so that a short message costs no allocation.
///
/// 33 is the size up to which libzmq itself keeps a message inside `zmq_msg_t`.
@frozen
@usableFromInline
struct SmallBytes: Sendable {
    @inlinable static var capacity: Int { 33 }

    // An inline array, as the compiler keeps one where it lies while a span over it is in use; and of words rather than of
    // bytes, as so few of them are kept in registers and copied in line. Not of vectors: with those among its arguments an
    // asynchronous function leaves the stack in disorder (Swift 6.3).
    @usableFromInline private(set) var storage: InlineArray<5, UInt64>

    /// How many bytes there are; kept in the last byte of the last word, of which the bytes need but the first.
    @inlinable var count: Int { Int(truncatingIfNeeded: storage[4].littleEndian &>> 56) }

    @inlinable
    init() {
        storage = InlineArray(repeating: 0)
    }

    /// Copies up to 33 bytes.
    @inlinable
    init(copying source: UnsafeRawBufferPointer) {
        precondition(source.count <= Self.capacity)
        self.init()
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: source)
        }
        set(count: source.count)
    }

    /// Holds the first `count` of 33 bytes, all of which can be read, so that copying them needs neither a call nor a loop.
    @inline(__always)
    init(loading33BytesFrom source: UnsafeRawPointer, count: Int) {
        unsafe storage = [
            source.loadUnaligned(as: UInt64.self),
            source.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            source.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            source.loadUnaligned(fromByteOffset: 24, as: UInt64.self),
            (UInt64(source.load(fromByteOffset: 32, as: UInt8.self)) | UInt64(truncatingIfNeeded: count) &<< 56)
                .littleEndian,
        ]
    }

    @inlinable
    mutating func set(count: Int) {
        let last = storage[4].littleEndian & 0xFF | UInt64(truncatingIfNeeded: count) &<< 56
        storage[4] = last.littleEndian
    }

    /// Lets the caller fill up to `capacity` bytes in place and say how many it wrote.
    @inlinable
    init(
        capacity: Int, initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws {
        precondition(capacity <= Self.capacity)
        try FrameBuffer.validate(capacity: capacity)
        self.init()
        var written = 0
        try unsafe withUnsafeMutableBytes(of: &storage) { target in
            written = try unsafe fill(UnsafeMutableRawBufferPointer(rebasing: target[..<capacity]))
        }
        try FrameBuffer.validate(written, capacity: capacity)
        set(count: written)
    }

    /// Lets the caller append up to `capacity` bytes.
    init<Failure: Error>(
        writingUpTo capacity: Int, _ write: (inout OutputRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(capacity <= Self.capacity)
        self.init()
        let written = try unsafe withUnsafeMutableBytes(of: &storage) { target throws(Failure) in
            let memory = unsafe UnsafeMutableRawBufferPointer(rebasing: target[..<capacity])
            return try unsafe memory.written(write)
        }
        set(count: written)
    }

    /// The bytes where they lie.
    var bytes: RawSpan {
        @_lifetime(borrow self)
        get { unsafe storage.span.bytes.extracting(first: count) }
    }

    /// The same bytes, as such.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { Span<UInt8>(_bytes: bytes) }
    }

    @inlinable
    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe Swift.withUnsafeBytes(of: storage) { (whole) throws(Failure) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: whole[..<count]))
        }
    }
}
