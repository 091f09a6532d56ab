/// What stands between a topic and its payload in a line or a single frame: a space or a tab.
@usableFromInline
enum Blank {
    /// The offset of the first blank; nil if there is none.
    @inlinable
    static func first(in bytes: UnsafeRawBufferPointer) -> Int? {
        bytes.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }
}
