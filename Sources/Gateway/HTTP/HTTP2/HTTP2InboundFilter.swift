import NIOCore

/// Looks through what a client sends on its way to NIOHTTP2: tells each frame when it begins, also those that NIOHTTP2
/// keeps to itself, and mends what cannot be said to it otherwise.
///
/// - NIOHTTP2 keeps to the settings that it announces only once the client has acknowledged them, and to 100 streams and
///   heads of 16 KiB until then. It is told at once that they are; the client's own acknowledgement is left out.
/// - NIOHTTP2 makes one frame of the head of an answer, and fails where the client takes none as large. It is told that the
///   client does; ``HTTP2ByteHandler`` makes several of it.
/// - It reads some frames of other RFCs, and ends the connection where they are not in order. They are left out.
/// - A client may allow the answers' heads to be compressed with a table of 4 GiB, which NIOHTTP2 would fill. What is over
///   the usual 4 KiB need not be used.
struct HTTP2InboundFilter {
    /// What comes next.
    enum Piece {
        /// A frame begins, or stands in bytes that came before.
        case frame(HTTP2FrameHead)
        /// Bytes for NIOHTTP2.
        case bytes(ByteBuffer)
    }

    /// `PRI * HTTP/2.0…`, with which a client begins (RFC 9113, section 3.4).
    static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    private static let compressionTable: UInt32 = 4096
    /// The largest payload that a client may send, as nothing else is announced.
    static let longestFrame = 16 << 10
    /// The largest that one may ever be (RFC 9113, section 4.2).
    private static let longestFrameOfAll: UInt32 = 0xFF_FFFF
    private static let acknowledgement: [UInt8] = [0, 0, 0, 4, HTTP2FrameHead.acknowledges, 0, 0, 0, 0]

    private var input = ByteBuffer()
    /// How many bytes of the input have been looked through.
    private var seen = 0
    /// How many bytes of the frame, or of the preface, are still to come.
    private var left = preface.utf8CodeUnitCount
    private var current: HTTP2FrameHead.Kind?
    /// How many bytes of a frame that is left out are still to come.
    private var unwanted = 0
    private var isInHeaders = false
    private var hasSettings = false
    private var hasAcknowledgement = false
    private var next: ByteBuffer?
    private var headers = 0
    private var hasInput = false

    /// Takes bytes that came.
    mutating func receive(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        hasInput = true
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeImmutableBuffer(bytes)
        }
    }

    /// Forgets what has come.
    mutating func stop() { input = ByteBuffer() }

    /// The number of the head, or of the preface, that has begun and not come to its end; nil where there is none.
    var unfinishedHead: Int? {
        guard hasInput else { return nil }
        guard hasSettings, !isInHeaders else { return headers }
        return input.readableBytes > 0 || (left > 0 || unwanted > 0) && current != .data ? headers : nil
    }

    /// What comes next; nil where everything was given out, or has to wait for more.
    mutating func nextPiece() -> Piece? {
        if let bytes = next.take() { return .bytes(bytes) }
        while true {
            if unwanted > 0 {
                let count = min(unwanted, input.readableBytes)
                input.moveReaderIndex(forwardBy: count)
                unwanted -= count
                if unwanted > 0 { return nil }
            }
            if left > 0 {
                let count = min(left, input.readableBytes - seen)
                seen += count
                left -= count
                if left > 0 { return takeSeen() }
            }
            guard let head = head() else { return takeSeen() }
            if !head.kind.isKnown, !isInHeaders {
                if let bytes = takeSeen() { return bytes }
                input.moveReaderIndex(forwardBy: HTTP2FrameHead.size)
                unwanted = head.length
                note(head)
                return .frame(head)
            }
            guard head.kind == .settings, head.length <= Self.longestFrame else {
                seen += HTTP2FrameHead.size
                left = head.length
                note(head)
                return .frame(head)
            }
            if let bytes = takeSeen() { return bytes }
            guard var frame = input.readSlice(length: HTTP2FrameHead.size + head.length) else { return nil }
            note(head)
            take(&frame, head)
            return .frame(head)
        }
    }

    /// The bytes before the frame that was told of last, where they have not been given out. To be asked for at once.
    mutating func bytesBeforeFrame() -> ByteBuffer? {
        guard seen > HTTP2FrameHead.size else { return nil }
        return input.getSlice(at: input.readerIndex, length: seen - HTTP2FrameHead.size)
    }

    /// The head of the frame that begins after what has been seen.
    private func head() -> HTTP2FrameHead? {
        let start = input.readerIndex + seen
        guard input.readableBytes - seen >= HTTP2FrameHead.size,
            let word = input.getInteger(at: start, as: UInt32.self),
            let flags = input.getInteger(at: start + 4, as: UInt8.self),
            let stream = input.getInteger(at: start + 5, as: UInt32.self)
        else { return nil }
        let kind = HTTP2FrameHead.Kind(number: UInt8(truncatingIfNeeded: word))
        // The first bit means nothing.
        return HTTP2FrameHead(kind: kind, flags: flags, length: Int(word >> 8), stream: stream & 0x7FFF_FFFF)
    }

    private mutating func takeSeen() -> Piece? {
        guard seen > 0, let bytes = input.readSlice(length: seen) else { return nil }
        seen = 0
        if input.readableBytes == 0 { input = ByteBuffer() }
        return .bytes(bytes)
    }

    private mutating func note(_ head: HTTP2FrameHead) {
        current = head.kind
        switch head.kind {
        case .headers:
            headers += 1
            isInHeaders = !head.has(HTTP2FrameHead.endsHeaders)
        case .continuation where isInHeaders:
            isInHeaders = !head.has(HTTP2FrameHead.endsHeaders)
        default: break
        }
    }

    private mutating func take(_ frame: inout ByteBuffer, _ head: HTTP2FrameHead) {
        if input.readableBytes == 0 { input = ByteBuffer() }
        if head.has(HTTP2FrameHead.acknowledges) {
            // A second one answers nothing: NIOHTTP2 takes it for the error that it is.
            if hasAcknowledgement || head.length > 0 { next = frame }
            hasAcknowledgement = true
            return
        }
        if head.length % 6 == 0 { mend(&frame, head) }
        if !hasSettings { frame.writeBytes(Self.acknowledgement) }
        hasSettings = true
        next = frame
    }

    private func mend(_ frame: inout ByteBuffer, _ head: HTTP2FrameHead) {
        let start = frame.readerIndex
        for position in stride(from: start + HTTP2FrameHead.size, to: frame.writerIndex, by: 6) {
            guard let number = frame.getInteger(at: position, as: UInt16.self),
                let value = frame.getInteger(at: position + 2, as: UInt32.self)
            else { return }
            if number == 1, value > Self.compressionTable {
                frame.setInteger(Self.compressionTable, at: position + 2)
            } else if number == 5, UInt32(Self.longestFrame)...Self.longestFrameOfAll ~= value {
                frame.setInteger(Self.longestFrameOfAll, at: position + 2)
            }
        }
        guard !hasSettings, head.length + 6 <= Self.longestFrame, head.stream == 0 else { return }
        // What is said last counts, unless it was wrong before.
        frame.setInteger(UInt32(head.length + 6) << 8 | UInt32(head.kind.number), at: start)
        frame.writeInteger(UInt16(5))
        frame.writeInteger(Self.longestFrameOfAll)
    }
}
