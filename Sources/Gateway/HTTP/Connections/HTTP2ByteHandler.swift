import NIOCore
import NIOHTTP2

/// The bytes of a connection of HTTP/2, on their way between the socket, or TLS, and NIOHTTP2.
///
/// What comes goes through an ``HTTP2InboundFilter``, which tells of each frame before NIOHTTP2 sees it. What goes is
/// gathered, so that the frames of many answers leave in one write.
final class HTTP2ByteHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    private let loop: FrontLoop
    private let session: TLSSession?
    private let announced: [Setting]
    // It stands in front of this one in the pipeline, and goes with it.
    private weak var owner: HTTP2Handler?
    private var context: ChannelHandlerContext?
    private(set) var socket: ConnectionSocket?
    private var filter = HTTP2InboundFilter()
    private var isStopped = false
    private var hasAnnounced = false
    private var output: ByteBuffer?
    private var isGathering = false
    /// How many bytes have been handed on.
    private(set) var written = 0

    /// A setting of HTTP/2 (RFC 9113, section 6.5.2).
    struct Setting {
        let number: UInt16
        let value: UInt32
    }

    /// - Parameter announced: the settings that the client is told, in place of those that NIOHTTP2 announces.
    init(_ owner: HTTP2Handler, on loop: FrontLoop, session: TLSSession?, announcing announced: [Setting]) {
        self.owner = owner
        self.loop = loop
        self.session = session
        self.announced = announced
    }

    // MARK: For the one behind it

    /// Keeps what is written until ``endGathering()``.
    func beginGathering() { isGathering = true }

    /// Hands on what has been written meanwhile.
    func endGathering() {
        isGathering = false
        flush()
    }

    /// Writes a GOAWAY frame (RFC 9113, section 6.8).
    func goAway(last: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        write { buffer in
            Self.writeHead(.goAway, length: 8, to: &buffer)
            buffer.writeInteger(UInt32(Int(last)))
            buffer.writeInteger(UInt32(code.networkCode))
        }
        flush()
    }

    /// Closes the output, and drops what comes from now on.
    func endOutput() {
        stop()
        flush()
        context?.close(mode: .output, promise: nil)
    }

    /// Drops what comes from now on.
    func stop() {
        isStopped = true
        filter.stop()
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        socket = ConnectionSocket(context, session)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        socket = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isStopped else { return }
        filter.receive(unwrapInboundIn(data))
        while let piece = filter.nextPiece() {
            switch piece {
            case .frame(let head):
                guard let code = owner?.fault(of: head) else { break }
                let before = filter.bytesBeforeFrame()
                isStopped = true
                if let before { context.fireChannelRead(wrapInboundOut(before)) }
                owner?.fail(code)
                return stop()
            case .bytes(let bytes): context.fireChannelRead(wrapInboundOut(bytes))
            }
            // NIOHTTP2 goes on reading after an error that ends the connection.
            guard !isStopped else { return }
        }
        owner?.inputPaused(unfinishedHead: filter.unfinishedHead)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(let bytes) = unwrapOutboundIn(data) else { return }
        if hasAnnounced {
            write { Self.write(bytes, to: &$0) }
        } else {
            // NIOHTTP2's first frame, the settings.
            hasAnnounced = true
            write { writeSettings(to: &$0) }
        }
        // Nobody waits for what has been handed on: NIOHTTP2 is given no promise.
        promise?.succeed()
    }

    func flush(context: ChannelHandlerContext) {
        if !isGathering { flush() }
    }

    // MARK: Output

    private func write(_ write: (inout ByteBuffer) -> Void) {
        var buffer = output.take() ?? loop.rules.outputBuffers.take(minimumCapacity: 1024)
        write(&buffer)
        output = buffer
    }

    /// Writes what NIOHTTP2 has written: a frame, or the payload of one of DATA.
    private static func write(_ bytes: ByteBuffer, to buffer: inout ByteBuffer) {
        // The least that any client takes; of DATA there never is more.
        let longest = HTTP2Connection.frameSize
        guard bytes.readableBytes > longest + HTTP2FrameHead.size,
            let word = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self),
            Int(word >> 8) == bytes.readableBytes - HTTP2FrameHead.size,
            let flags = bytes.getInteger(at: bytes.readerIndex + 4, as: UInt8.self),
            let stream = bytes.getInteger(at: bytes.readerIndex + 5, as: UInt32.self)
        else {
            buffer.writeImmutableBuffer(bytes)
            return
        }
        // A head: the rest of it goes into CONTINUATION (RFC 9113, section 6.10).
        var rest = bytes
        rest.moveReaderIndex(forwardBy: HTTP2FrameHead.size)
        var kind = HTTP2FrameHead.Kind.headers
        while let part = rest.readSlice(length: min(rest.readableBytes, longest)), part.readableBytes > 0 {
            var partFlags = kind == .headers ? flags & ~HTTP2FrameHead.endsHeaders : 0
            if rest.readableBytes == 0 { partFlags |= HTTP2FrameHead.endsHeaders }
            writeHead(kind, length: part.readableBytes, flags: partFlags, stream: stream, to: &buffer)
            buffer.writeImmutableBuffer(part)
            kind = .continuation
        }
    }

    private func flush() {
        guard let socket, let buffer = output.take(), buffer.readableBytes > 0 else { return }
        written += buffer.readableBytes
        socket.write(buffer)
        loop.rules.outputBuffers.giveBack(buffer)
    }

    private func writeSettings(to buffer: inout ByteBuffer) {
        Self.writeHead(.settings, length: 6 * announced.count, to: &buffer)
        for setting in announced {
            buffer.writeInteger(setting.number)
            buffer.writeInteger(setting.value)
        }
    }

    private static func writeHead(
        _ kind: HTTP2FrameHead.Kind, length: Int, flags: UInt8 = 0, stream: UInt32 = 0, to buffer: inout ByteBuffer
    ) {
        buffer.writeInteger(UInt32(length) << 8 | UInt32(kind.number))
        buffer.writeInteger(flags)
        buffer.writeInteger(stream)
    }
}
