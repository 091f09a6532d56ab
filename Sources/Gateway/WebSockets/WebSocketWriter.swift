import NIOCore
import SwiftZMQ
import WorkerProtocol

/// Frames of a WebSocket as a server writes them: whole and without a mask (RFC 6455, section 5.1).
enum WebSocketWriter {
    /// The longest reason that fits into a close frame behind its code.
    static let longestReason = WebSocketFrameHead.longestControlFrame - 2

    static func write(_ kind: WebSocketMessageKind, _ message: Frame, to buffer: inout ByteBuffer) {
        writeHead(kind, length: message.count, to: &buffer)
        message.withUnsafeBytes { _ = buffer.writeBytes($0) }
    }

    static func writePing(to buffer: inout ByteBuffer) { writeFrameHead(.ping, length: 0, to: &buffer) }

    /// The answer to a ping, which says what the ping said.
    static func writePong(_ contents: ByteBuffer, to buffer: inout ByteBuffer) {
        writeFrameHead(.pong, length: contents.readableBytes, to: &buffer)
        buffer.writeImmutableBuffer(contents)
    }

    /// A reason for people, cut to what fits at the end of a character.
    static func fitting(_ reason: String) -> Frame {
        var text = reason
        while text.utf8.count > longestReason { text.removeLast() }
        return Frame(text)
    }

    /// - Parameter reason: valid UTF-8 that fits.
    static func writeClose(_ code: WebSocketCloseCode, _ reason: Frame, to buffer: inout ByteBuffer) {
        writeFrameHead(.close, length: 2 + reason.count, to: &buffer)
        buffer.writeInteger(code.rawValue)
        reason.withUnsafeBytes { _ = buffer.writeBytes($0) }
    }

    /// The bytes in front of a message of a given size.
    static func writeHead(_ kind: WebSocketMessageKind, length: Int, to buffer: inout ByteBuffer) {
        writeFrameHead(kind == .text ? .text : .binary, length: length, to: &buffer)
    }

    /// The answer to a close, with its code where it had one.
    static func writeClose(answering contents: ByteBuffer, to buffer: inout ByteBuffer) {
        let code = contents.getSlice(at: contents.readerIndex, length: min(2, contents.readableBytes)) ?? ByteBuffer()
        writeFrameHead(.close, length: code.readableBytes, to: &buffer)
        buffer.writeImmutableBuffer(code)
    }

    private static func writeFrameHead(_ opcode: WebSocketOpcode, length: Int, to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: 10 + length)
        buffer.writeInteger(0x80 | opcode.rawValue)
        switch length {
        case ...125: buffer.writeInteger(UInt8(length))
        case ...Int(UInt16.max):
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(length))
        }
    }
}
