public import SwiftZMQ

/// How frames lie in a connection's stream of bytes (RFC 23, ZMTP 3.0): flags, a length of one byte or eight, the body.
public enum ZMTPFrame {
    static let more: UInt8 = 1
    static let long: UInt8 = 2
    static let command: UInt8 = 4

    /// The bytes of a message.
    public static func bytes(of message: Message) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.reduce(0) { $0 + $1.count + 9 })
        for (index, frame) in message.enumerated() {
            append([UInt8](frame), flags: index < message.count - 1 ? more : 0, to: &bytes)
        }
        return bytes
    }

    /// The bytes of a command.
    static func bytes(ofCommand name: String, _ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(body(ofCommand: name, data), flags: command, to: &bytes)
        return bytes
    }

    /// What a command's frame holds.
    static func body(ofCommand name: String, _ data: [UInt8]) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + data
    }

    static func append(_ body: [UInt8], flags: UInt8, to bytes: inout [UInt8]) {
        if let short = UInt8(exactly: body.count) {
            bytes += [flags, short]
        } else {
            bytes.append(flags | long)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: body.count >> shift))
            }
        }
        bytes += body
    }
}
