/// Up to 33 bytes held in place, so that a short message costs no allocation.
///
/// 33 is the size up to which libzmq itself keeps a message inside `zmq_msg_t`.
@frozen
@usableFromInline
struct SmallBytes: Sendable {
    @inlinable static var capacity: Int { 33 }

    // Words rather than an array of bytes: so few of them the compiler keeps in registers and copies in line.
    @usableFromInline private(set) var storage: (UInt64, UInt64, UInt64, UInt64, UInt8) = (0, 0, 0, 0, 0)
    @usableFromInline private(set) var count: UInt8 = 0

    @inlinable
    init() {}

    /// Copies up to 33 bytes.
    @inlinable
    init(copying source: UnsafeRawBufferPointer) {
        precondition(source.count <= Self.capacity)
        count = UInt8(source.count)
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: source)
        }
    }

    /// Holds the first `count` bytes of a few words.
    @inline(__always)
    init(_ words: (UInt64, UInt64, UInt64, UInt64), _ last: UInt8, count: Int) {
        storage = (words.0, words.1, words.2, words.3, last)
        self.count = UInt8(truncatingIfNeeded: count)
    }

    /// Lets the caller fill up to `capacity` bytes in place and say how many it wrote.
    @inlinable
    init(
        capacity: Int,
        initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows {
        precondition(capacity <= Self.capacity)
        var written = 0
        try unsafe withUnsafeMutableBytes(of: &storage) { target in
            written = try unsafe fill(UnsafeMutableRawBufferPointer(rebasing: target[..<capacity]))
        }
        precondition(written <= capacity, "wrote \(written) bytes into room for \(capacity)")
        count = UInt8(written)
    }

    @inlinable
    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe Swift.withUnsafeBytes(of: storage) { (whole) throws(Failure) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: whole[..<Int(count)]))
        }
    }
}
