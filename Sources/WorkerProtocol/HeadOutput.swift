/// Writes a head into memory that has room for it. Nothing is checked but the room: what is written has been validated
/// where it was read.
package struct HeadOutput {
    private let room: UnsafeMutableRawBufferPointer
    /// How many bytes are written.
    package private(set) var count = 0

    package init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, let target = room.baseAddress else { return }
        makeSure(of: bytes.count)
        (target + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    package mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Adds a number of at least 0 in decimal digits.
    package mutating func append(_ number: Int) {
        var digits = 1
        var power = 10
        while digits < 19, number >= power {
            digits += 1
            (power, _) = power.multipliedReportingOverflow(by: 10)
        }
        makeSure(of: digits)
        var rest = number
        for position in (count..<count + digits).reversed() {
            room[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Adds ASCII letters in lower case.
    mutating func append(lowercased bytes: UnsafeRawBufferPointer) {
        makeSure(of: bytes.count)
        for byte in bytes {
            room[count] = byte &- 0x41 < 26 ? byte | 0x20 : byte
            count += 1
        }
    }

    package mutating func append(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        append(name)
        append(value)
        endLine()
    }

    package mutating func append(_ name: StaticString, _ value: String) {
        append(name)
        append(value)
        endLine()
    }

    package mutating func append(_ name: StaticString, _ number: Int) {
        append(name)
        append(number)
        endLine()
    }

    package mutating func endLine() { append("\r\n") }

    private func makeSure(of more: Int) {
        precondition(count + more <= room.count, "a head has more bytes than were made room for")
    }
}
