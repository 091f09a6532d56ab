/// Up to 33 bytes held in place, so that a short message costs no allocation.
///
/// 33 is the size up to which libzmq itself keeps a message inside `zmq_msg_t`.
struct SmallBytes: Sendable {
    static let capacity = 33

    private(set) var storage = InlineArray<33, UInt8>(repeating: 0)
    private(set) var count: UInt8 = 0

    init() {}

    /// Copies up to 33 bytes.
    @inline(__always)
    init(copying source: UnsafeRawBufferPointer) {
        precondition(source.count <= Self.capacity)
        count = UInt8(source.count)
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: source)
        }
    }

    /// Lets the caller fill up to `capacity` bytes in place and say how many it wrote.
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

    @inline(__always)
    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe Swift.withUnsafeBytes(of: storage) { (whole) throws(Failure) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: whole[..<Int(count)]))
        }
    }
}
