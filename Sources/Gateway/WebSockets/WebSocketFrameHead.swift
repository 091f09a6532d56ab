import NIOCore

/// What stands in front of a frame's bytes (RFC 6455, section 5.2).
struct WebSocketFrameHead: Equatable {
    let opcode: WebSocketOpcode
    /// Whether the frame is the last of its message.
    let isFinal: Bool
    let length: Int
    /// What the bytes are masked with, in their order from the high byte down.
    let mask: UInt32

    /// The most bytes of a control frame (RFC 6455, section 5.5).
    static let longestControlFrame = 125

    /// Reads the head of a client's frame; nil as long as it is not there whole.
    static func read(from buffer: inout ByteBuffer) throws(WebSocketFailure) -> WebSocketFrameHead? {
        var reader = buffer
        guard let first = reader.readInteger(as: UInt8.self) else { return nil }
        guard first & 0x70 == 0 else {
            throw .protocolError("a reserved bit is set, and no extension was agreed on that gives it a meaning")
        }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw .protocolError("opcode \(first & 0x0F) means nothing")
        }
        let isFinal = first & 0x80 != 0
        guard isFinal || !opcode.isControl else { throw .protocolError("a control frame is in parts") }
        guard let second = reader.readInteger(as: UInt8.self) else { return nil }
        guard second & 0x80 != 0 else { throw .protocolError("a frame of a client is not masked") }
        guard let length = try readLength(second & 0x7F, isControl: opcode.isControl, from: &reader),
            let mask = reader.readInteger(as: UInt32.self)
        else { return nil }
        buffer = reader
        return WebSocketFrameHead(opcode: opcode, isFinal: isFinal, length: length, mask: mask)
    }

    /// The length, which is written in as few bytes as it fits into.
    private static func readLength(
        _ short: UInt8, isControl: Bool, from reader: inout ByteBuffer
    ) throws(WebSocketFailure) -> Int? {
        guard short <= longestControlFrame || !isControl else {
            throw .protocolError("a control frame has more than \(longestControlFrame) bytes")
        }
        switch short {
        case 126:
            guard let length = reader.readInteger(as: UInt16.self) else { return nil }
            guard length > 125 else { throw .protocolError("the length \(length) is written in too many bytes") }
            return Int(length)
        case 127:
            guard let length = reader.readInteger(as: UInt64.self) else { return nil }
            guard length > UInt64(UInt16.max) else {
                throw .protocolError("the length \(length) is written in too many bytes")
            }
            guard let length = Int(exactly: length) else { throw .protocolError("a length has its highest bit set") }
            return length
        default: return Int(short)
        }
    }
}
