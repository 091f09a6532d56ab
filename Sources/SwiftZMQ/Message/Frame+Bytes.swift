extension Frame: RandomAccessCollection {
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

extension Frame {
    /// The bytes where they lie, for reading without a copy. The compiler keeps the span from outliving the frame.
    ///
    /// ```swift
    /// func sum(_ frame: Frame) -> Int {
    ///     let bytes = frame.span
    ///     var sum = 0
    ///     for index in bytes.indices { sum += Int(bytes[index]) }
    ///     return sum
    /// }
    /// ```
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            guard let buffer else { return small.span }
            let bytes = unsafe Span<UInt8>(
                _unsafeStart: buffer.start.assumingMemoryBound(to: UInt8.self), count: buffer.count)
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }

    /// The bytes where they lie, to be read as values of other types. The compiler keeps the span from outliving the frame.
    ///
    /// ```swift
    /// func number(in frame: Frame) -> UInt32? {
    ///     let bytes = frame.bytes
    ///     guard bytes.byteCount == 4 else { return nil }
    ///     return bytes.unsafeLoadUnaligned(as: UInt32.self)
    /// }
    /// ```
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            guard let buffer else { return small.bytes }
            let bytes = unsafe RawSpan(_unsafeStart: buffer.start, byteCount: buffer.count)
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }
}
