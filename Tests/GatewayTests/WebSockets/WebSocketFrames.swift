import NIOCore
import WorkerProtocol

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

    /// A frame as a server writes it.
    struct ServerFrame: Equatable {
        let opcode: UInt8
        let isFinal: Bool
        let contents: [UInt8]

        var text: String { String(decoding: contents, as: UTF8.self) }
    }

    /// The frames that a server has written, and how many bytes are left of one that is not whole; nil where a frame is none
    /// that a server may write.
    static func readServer(_ bytes: [UInt8]) -> (frames: [ServerFrame], left: Int)? {
        var frames: [ServerFrame] = []
        var position = 0
        while bytes.count - position >= 2 {
            let (first, second) = (bytes[position], bytes[position + 1])
            guard first & 0x70 == 0, second & 0x80 == 0 else { return nil }
            var length = Int(second)
            var start = position + 2
            if length > 125 {
                let size = length == 126 ? 2 : 8
                guard bytes.count >= start + size else { break }
                length = bytes[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
                start += size
            }
            guard bytes.count >= start + length else { break }
            frames.append(
                ServerFrame(
                    opcode: first & 0x0F, isFinal: first & 0x80 != 0, contents: Array(bytes[start..<start + length])))
            position = start + length
        }
        return (frames, bytes.count - position)
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
