import SwiftZMQ

extension Frame {
    /// Numbers as their bytes.
    init<Number: PlainNumber>(numbers: ArraySlice<Number>) {
        self = numbers.withUnsafeBytes { Frame(copying: $0) }
    }

    /// The bytes as numbers; nil where they are not a whole number of them.
    func numbers<Number: PlainNumber>(of type: Number.Type = Number.self) -> [Number]? {
        let (number, rest) = count.quotientAndRemainder(dividingBy: MemoryLayout<Number>.stride)
        guard rest == 0 else { return nil }
        return [Number](unsafeUninitializedCapacity: number) { room, initialized in
            withUnsafeBytes { bytes in
                if number > 0 { UnsafeMutableRawBufferPointer(room).copyMemory(from: bytes) }
            }
            initialized = number
        }
    }
}
