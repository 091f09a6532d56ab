import Testing

@testable import SwiftZMQ

/// What sending many at once takes for granted of how values lie in memory.
@Suite struct LayoutTests {
    @Test func `The first frame of a message is its first property`() {
        #expect(MemoryLayout<Message>.offset(of: \.head) == 0)
    }

    @Test func `The bytes of a short frame are its first property, in their order`() {
        #expect(MemoryLayout<Frame>.offset(of: \.small) == 0)
        let bytes = (0..<UInt8(SmallBytes.capacity)).map { $0 }
        let stored = withUnsafeBytes(of: Frame(bytes)) { Array($0.prefix(bytes.count)) }
        #expect(stored == bytes)
    }

    @Test func `The number of a short frame's bytes, beside the last of them, is not mixed up with it`() {
        for count in 0...SmallBytes.capacity {
            for byte in [UInt8.min, .max] {
                let bytes = [UInt8](repeating: byte, count: count)
                let frame = Frame(bytes)
                #expect(frame.buffer == nil)
                #expect(Array(frame) == bytes)
            }
        }
    }

    @Test func `A message takes seven words, each of which costs time with every copy`() {
        #expect(MemoryLayout<Message>.size == 7 * MemoryLayout<Int>.size)
    }
}
