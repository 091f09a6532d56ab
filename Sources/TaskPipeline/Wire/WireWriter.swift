import SwiftZMQ

/// Puts a message together.
struct WireWriter: Sendable {
    private var bytes: [UInt8] = []

    init(_ kind: MessageKind, run: RunID, capacity: Int = 64) {
        bytes.reserveCapacity(capacity + 20)
        bytes += MessageKind.magic
        bytes.append(MessageKind.version)
        bytes.append(kind.rawValue)
        write(run.high)
        write(run.low)
    }

    var message: Frame { bytes.withUnsafeBytes { Frame(copying: $0) } }

    /// The message with more bytes at its end, which are copied once.
    func message(before rest: ArraySlice<UInt8>) -> Frame {
        Frame(writingUpTo: bytes.count + rest.count) { output in
            output.withUnsafeMutableBytes { room, count in
                bytes.withUnsafeBytes { room.copyMemory(from: $0) }
                rest.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: room[bytes.count...]).copyMemory(from: $0)
                }
                count = room.count
            }
        }
    }

    @inline(__always)
    mutating func write(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    mutating func write(_ session: SessionID) {
        write(session.rawValue)
    }

    /// Writes bytes without their length.
    @inline(__always)
    mutating func write(bytesOf text: ArraySlice<UInt8>) {
        bytes.append(contentsOf: text)
    }

    mutating func write(_ text: String) {
        let text = Array(text.utf8)
        write(UInt32(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func write(_ input: InputRecord) {
        write(input.read)
        write(input.whole != nil)
        if let whole = input.whole { write(whole) }
    }

    private mutating func write(_ part: InputPart) {
        write(part.count)
        write(part.digest.rawValue)
    }

    mutating func write(_ numbers: NumberSet) {
        write(UInt32(numbers.ranges.count))
        for range in numbers.ranges {
            write(range.lowerBound)
            write(range.upperBound)
        }
    }
}
