extension Message: RandomAccessCollection {
    /// The position of the first byte, always 0.
    @inlinable
    public var startIndex: Int { 0 }

    /// The number of bytes.
    @inlinable
    public var endIndex: Int { count }

    /// The byte at a position.
    @inlinable
    public subscript(position: Int) -> UInt8 {
        let count = count
        precondition(position >= 0 && position < count, "a frame of \(count) bytes has none at position \(position)")
        return unsafe withUnsafeBytes { unsafe $0[position] }
    }

    /// Calls a closure with the bytes, as the algorithms of the standard library do to be quick.
    @inlinable
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try unsafe withUnsafeBytes { try unsafe $0.withContiguousStorageIfAvailable(body) }
    }
}

extension Message {
    /// Calls a closure with the bytes where they lie, which the compiler keeps from being used any longer.
    @inlinable
    public func withBytes<Result, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result
    {
        try unsafe withUnsafeBytes { (bytes) throws(Failure) in try body(unsafe bytes.bytes) }
    }
}
