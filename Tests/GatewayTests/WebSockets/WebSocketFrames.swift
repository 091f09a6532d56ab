import NIOCore

@testable import Gateway

/// Frames as a client writes them, right or wrong.
enum WebSocketFrames {
    /// A frame.
    ///
    /// - Parameters:
    ///   - first: the first byte: whether it is the last, reserved bits and the opcode.
    ///   - mask: nil for a frame that is not masked.
    ///   - lengthBytes: into how many bytes the length is written; nil for as few as possible.
    static func frame(
        _ first: UInt8, _ contents: [UInt8], mask: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D], lengthBytes: Int? = nil
    ) -> [UInt8] {
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        var bytes = [first]
        switch lengthBytes ?? (contents.count <= 125 ? 0 : contents.count <= 65535 ? 2 : 8) {
        case 0: bytes.append(maskBit | UInt8(contents.count))
        case 2: bytes += [maskBit | 126, UInt8(contents.count >> 8), UInt8(contents.count & 0xFF)]
        default: bytes += [maskBit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: contents.count >> (56 - 8 * $0)) }
        }
        guard let mask else { return bytes + contents }
        return bytes + mask + contents.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    static func text(_ text: String) -> [UInt8] { frame(0x81, Array(text.utf8)) }
    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        frame(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    /// Everything that a client says with some bytes, given in pieces; and how it ends where it breaks a rule.
    static func read(
        _ pieces: some Sequence<[UInt8]>, maximumMessageSize: Int = 1 << 20
    ) -> ([WebSocketReader.Event], WebSocketCloseCode?) {
        var reader = WebSocketReader(maximumMessageSize: maximumMessageSize)
        var buffer = ByteBuffer()
        var events: [WebSocketReader.Event] = []
        do throws(WebSocketFailure) {
            for piece in pieces {
                buffer.writeBytes(piece)
                while let event = try reader.next(from: &buffer) { events.append(event) }
            }
        } catch {
            return (events, error.code)
        }
        return (events, nil)
    }
}
