/// A field line of a head: where its name and its value lie in the head's bytes, the value without outer blanks.
public struct HeadField: Sendable, Hashable {
    /// The positions of the name's bytes.
    public let name: Range<Int>
    /// The positions of the value's bytes.
    public let value: Range<Int>

    /// Makes a field from positions.
    public init(name: Range<Int>, value: Range<Int>) {
        self.name = name
        self.value = value
    }
}
