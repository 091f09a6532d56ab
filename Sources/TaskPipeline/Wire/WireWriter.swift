import SwiftZMQ

/// Puts a message together.
struct WireWriter {
    private var bytes: [UInt8] = []

    init(_ kind: MessageKind, run: RunID, capacity: Int = 64) {
        bytes.reserveCapacity(capacity + 20)
        bytes += MessageKind.magic
        bytes.append(MessageKind.version)
        bytes.append(kind.rawValue)
        write(run.high)
        write(run.low)
    }

    var message: Message { Message(bytes) }

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

    mutating func write(_ text: [UInt8]) {
        write(UInt32(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func write(_ text: ArraySlice<UInt8>) {
        write(UInt32(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func write(_ text: String) {
        write(Array(text.utf8))
    }

    mutating func write(_ numbers: NumberSet) {
        write(UInt32(numbers.ranges.count))
        for range in numbers.ranges {
            write(range.lowerBound)
            write(range.upperBound)
        }
    }
}
