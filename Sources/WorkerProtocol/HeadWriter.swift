import SwiftZMQ

/// Collects the bytes of a head and lets nothing in that would end a line early.
struct HeadWriter {
    private var bytes: [UInt8] = []

    init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    var count: Int { bytes.count }

    var message: Frame { bytes.withUnsafeBytes { Frame(copying: $0) } }

    // MARK: What is known to be harmless

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ number: Int) {
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func endLine() {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    // MARK: What comes from outside

    /// Adds `name: value` and ends the line; the name is written in lower case.
    mutating func append(name: StaticString, value: String) throws(WorkerProtocolError) {
        append(name)
        append(": ")
        try append(value: value, of: "\(name)")
        endLine()
    }

    /// Adds `name: value` and ends the line; the name is written in lower case.
    mutating func append(name: String, value: String) throws(WorkerProtocolError) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        guard !name.isEmpty, lowercaseToken(from: start) else { throw Self.badName(name) }
        append(": ")
        try append(value: value, of: name)
        endLine()
    }

    /// Adds text, refused if it contains CR, LF or NUL.
    mutating func append(value: String, of what: @autoclosure () -> String) throws(WorkerProtocolError) {
        let start = bytes.count
        bytes.append(contentsOf: value.utf8)
        guard isOneLine(from: start) else { throw Self.badValue(of: what()) }
    }

    // MARK: Checks

    private mutating func lowercaseToken(from start: Int) -> Bool {
        bytes.withUnsafeMutableBufferPointer { bytes in
            for index in start..<bytes.count {
                let byte = bytes[index]
                guard FieldName.isTokenByte(byte) else { return false }
                if byte &- 0x41 < 26 { bytes[index] = byte | 0x20 }
            }
            return true
        }
    }

    private func isOneLine(from start: Int) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            for index in start..<bytes.count {
                let byte = bytes[index]
                if byte <= 0x0D, byte == 0 || byte == 0x0A || byte == 0x0D { return false }
            }
            return true
        }
    }

    private static func badValue(of what: String) -> WorkerProtocolError {
        WorkerProtocolError(.forbiddenByte, "the value of \(what) contains CR, LF or NUL")
    }

    private static func badName(_ name: String) -> WorkerProtocolError {
        let shown = Array(name.utf8).withUnsafeBytes { Frame.excerpt(of: $0) }
        return WorkerProtocolError(.fieldName, "'\(shown)' is not a field name")
    }
}
