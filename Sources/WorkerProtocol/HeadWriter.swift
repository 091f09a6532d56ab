import SwiftZMQ

/// Collects the bytes of a head and lets nothing in that would end a line early.
struct HeadWriter {
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(512)
    }

    var count: Int { bytes.count }

    var message: Message { bytes.withUnsafeBytes { Message(copying: $0) } }

    /// Adds text that is known to be harmless.
    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func endLine() {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// Adds `name: value` and ends the line; the name is written in lower case.
    mutating func append(name: String, value: String) throws(WorkerProtocolError) {
        let start = bytes.count
        for byte in name.utf8 {
            guard FieldName.isTokenByte(byte) else { throw Self.badName(name) }
            bytes.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
        }
        guard bytes.count > start else { throw Self.badName(name) }
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        try append(value: value, of: name)
        endLine()
    }

    /// Adds text from outside, refused if it contains CR, LF or NUL.
    mutating func append(value: String, of what: String) throws(WorkerProtocolError) {
        let start = bytes.count
        bytes.append(contentsOf: value.utf8)
        for index in start..<bytes.count {
            let byte = bytes[index]
            if byte <= 0x0D, byte == 0 || byte == 0x0A || byte == 0x0D {
                throw WorkerProtocolError(.forbiddenByte, "the value of \(what) contains CR, LF or NUL")
            }
        }
    }

    private static func badName(_ name: String) -> WorkerProtocolError {
        let shown = Array(name.utf8).withUnsafeBytes { Message.excerpt(of: $0) }
        return WorkerProtocolError(.fieldName, "'\(shown)' is not a field name")
    }
}
