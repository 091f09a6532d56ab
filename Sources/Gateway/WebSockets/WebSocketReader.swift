import NIOCore
import WorkerProtocol

/// Puts together what a client sends on a WebSocket: frames are unmasked, parts of messages joined, and every rule of
/// RFC 6455 is kept to that can be seen in the bytes.
///
/// A message is bounded by a number of bytes, and so is what is kept of one that is not there whole; a text that is no UTF-8
/// is refused with the first byte that shows it.
struct WebSocketReader {
    /// What a client says.
    enum Event: Equatable {
        case message(WebSocketMessageKind, ByteBuffer)
        case ping(ByteBuffer)
        case pong(ByteBuffer)
        /// The end, with its code and reason as they came: no bytes, or two and a text. Nothing is read after it.
        case close(ByteBuffer)
    }

    /// The most bytes of a message.
    let maximumMessageSize: Int

    private var head: WebSocketFrameHead?
    /// How many bytes of the frame have been taken.
    private var position = 0
    /// The message that has begun.
    private var kind: WebSocketMessageKind?
    private var message = ByteBuffer()
    private var text = UTF8Check()
    private var control = ByteBuffer()
    /// Whether the client has said that it ends.
    private(set) var hasEnded = false

    init(maximumMessageSize: Int) {
        self.maximumMessageSize = maximumMessageSize
    }

    /// The next thing that the client says; nil once more bytes are needed.
    ///
    /// - Parameter buffer: what has come and has not been read yet. What is read is taken out of it.
    mutating func next(from buffer: inout ByteBuffer) throws(WebSocketFailure) -> Event? {
        while !hasEnded {
            if head == nil {
                guard let next = try WebSocketFrameHead.read(from: &buffer) else { return nil }
                try begin(next)
            }
            guard let head else { return nil }
            try take(head, from: &buffer)
            guard position == head.length else { return nil }
            self.head = nil
            if let event = try end(head) { return event }
        }
        return nil
    }

    private mutating func begin(_ frame: WebSocketFrameHead) throws(WebSocketFailure) {
        switch frame.opcode {
        case .text, .binary:
            guard kind == nil else { throw .protocolError("a message begins before the one before it has ended") }
            kind = frame.opcode == .text ? .text : .binary
            text = UTF8Check()
        case .continuation:
            guard kind != nil else { throw .protocolError("a message goes on that has not begun") }
        case .close:
            guard frame.length != 1 else { throw .protocolError("a close frame has one byte where a code has two") }
        case .ping, .pong: break
        }
        if !frame.opcode.isControl, frame.length > maximumMessageSize - message.readableBytes {
            throw WebSocketFailure(
                code: .messageTooBig, reason: "a message has more than \(maximumMessageSize) bytes")
        }
        head = frame
        position = 0
    }

    /// Takes as many bytes of a frame as have come.
    private mutating func take(_ frame: WebSocketFrameHead, from buffer: inout ByteBuffer) throws(WebSocketFailure) {
        let count = min(frame.length - position, buffer.readableBytes)
        guard count > 0 else { return }
        if frame.opcode.isControl {
            Self.move(count, from: &buffer, to: &control, frame.mask, at: position)
        } else {
            let start = message.writerIndex
            Self.move(count, from: &buffer, to: &message, frame.mask, at: position)
            if kind == .text {
                let isText = message.withUnsafeReadableBytes { bytes in
                    text.accepts(UnsafeRawBufferPointer(rebasing: bytes[(start - message.readerIndex)...]))
                }
                guard isText else { throw Self.noText }
            }
        }
        position += count
    }

    private mutating func end(_ frame: WebSocketFrameHead) throws(WebSocketFailure) -> Event? {
        if frame.opcode.isControl {
            var contents = ByteBuffer()
            swap(&contents, &control)
            switch frame.opcode {
            case .ping: return .ping(contents)
            case .pong: return .pong(contents)
            default:
                try Self.checkClose(contents)
                hasEnded = true
                return .close(contents)
            }
        }
        guard frame.isFinal, let kind else { return nil }
        guard kind == .binary || text.isComplete else { throw Self.noText }
        self.kind = nil
        var whole = ByteBuffer()
        swap(&whole, &message)
        return .message(kind, whole)
    }

    private static let noText = WebSocketFailure(code: .invalidData, reason: "a text is no UTF-8")

    private static func checkClose(_ contents: ByteBuffer) throws(WebSocketFailure) {
        var contents = contents
        guard let code = contents.readInteger(as: UInt16.self) else { return }
        guard WebSocketCloseCode(rawValue: code).mayBeSent else {
            throw .protocolError("the close code \(code) is one that no frame carries")
        }
        var check = UTF8Check()
        guard contents.withUnsafeReadableBytes({ check.accepts($0) }), check.isComplete else { throw noText }
    }

    /// Moves bytes and takes the mask off them.
    ///
    /// - Parameter position: the place of the first of them in its frame.
    private static func move(
        _ count: Int, from source: inout ByteBuffer, to target: inout ByteBuffer, _ mask: UInt32, at position: Int
    ) {
        // Turned so that its high byte is for the first byte that is moved.
        let turned =
            mask << UInt32(8 * (position & 3)) | (position & 3 == 0 ? 0 : mask >> UInt32(32 - 8 * (position & 3)))
        let word = (UInt64(turned) << 32 | UInt64(turned)).bigEndian
        target.reserveCapacity(minimumWritableBytes: count)
        target.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            source.withUnsafeReadableBytes { source in
                var index = 0
                while index + 8 <= count {
                    let masked = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    target.storeBytes(of: masked ^ word, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < count {
                    target[index] = source[index] ^ UInt8(truncatingIfNeeded: turned >> UInt32(24 - 8 * (index & 3)))
                    index += 1
                }
            }
            return count
        }
        source.moveReaderIndex(forwardBy: count)
    }
}
