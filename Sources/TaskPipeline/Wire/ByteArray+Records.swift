extension [UInt8] {
    /// Appends a record of numbers as it lies in memory, which is little-endian, and behind it up to three pieces of bytes: in
    /// one step, as this is done for every task.
    @inline(__always)
    mutating func append(
        _ record: some BitwiseCopyable, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = .none,
        _ third: UnsafeRawBufferPointer = .none
    ) {
        let size = MemoryLayout.size(ofValue: record)
        append(addingCapacity: size + first.count + second.count + third.count) { added in
            added.withUnsafeMutableBufferPointer { room, count in
                let room = UnsafeMutableRawBufferPointer(room)
                Swift.withUnsafeBytes(of: record) { room.copyMemory(from: $0) }
                count = size
                count += room.copy(first, to: count)
                count += room.copy(second, to: count)
                count += room.copy(third, to: count)
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// No bytes.
    static var none: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

extension UnsafeMutableRawBufferPointer {
    /// Copies bytes to a place; how many these are.
    @inline(__always)
    fileprivate func copy(_ bytes: UnsafeRawBufferPointer, to place: Int) -> Int {
        guard !bytes.isEmpty else { return 0 }
        UnsafeMutableRawBufferPointer(rebasing: self[place...]).copyMemory(from: bytes)
        return bytes.count
    }
}
