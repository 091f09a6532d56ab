/// A field line of a head: what its name means, and where the name and the value lie in the head's bytes, the value
/// without outer blanks.
package struct HeadField: Sendable, Hashable {
    /// What the name means.
    package let meaning: FieldName
    // Positions of 32 bits: a head has a few kilobytes, and a request has many fields.
    private let nameStart: UInt32
    private let nameEnd: UInt32
    private let valueStart: UInt32
    private let valueEnd: UInt32

    /// The positions of the name's bytes.
    package var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    /// The positions of the value's bytes.
    package var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// Makes a field from positions.
    package init(_ meaning: FieldName, name: Range<Int>, value: Range<Int>) {
        self.meaning = meaning
        nameStart = UInt32(name.lowerBound)
        nameEnd = UInt32(name.upperBound)
        valueStart = UInt32(value.lowerBound)
        valueEnd = UInt32(value.upperBound)
    }
}
