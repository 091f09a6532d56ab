import NIOCore
import NIOEmbedded
import NIOHPACK
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// A connection of HTTP/2 without a socket, and a client that makes frames by hand.
final class HTTP2EmbeddedConnection {
    /// A frame as the client reads it.
    struct Frame: Equatable {
        let kind: UInt8
        let flags: UInt8
        let stream: Int
        let payload: [UInt8]
    }

    let channel = EmbeddedChannel()
    let loop: FrontLoop
    let dispatcher = RecordingDispatcher()
    private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    private var decoder = HPACKDecoder(
        allocator: ByteBufferAllocator(), maxDynamicTableSize: 4096, maxHeaderListSize: 1 << 20)
    private var written = ByteBuffer()

    init(
        isPriorKnowledge: Bool = false, isRefused: Bool = false, _ change: (inout HTTPSettings) -> Void = { _ in }
    )
        throws
    {
        var settings = HTTPSettings()
        change(&settings)
        loop = FrontLoop(
            index: 0, eventLoop: channel.eventLoop, settings: settings, router: Published(RequestRouter()),
            services: ServiceDirectory(["s"]), dispatcher: dispatcher, observer: nil)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let limit = ConnectionLimit(10)
        if isPriorKnowledge {
            try channel.pipeline.syncOperations.addHandler(
                HTTP1Handler(on: loop, limit: limit, isRefused: isRefused))
        } else {
            try HTTP2Handler.add(
                to: channel.pipeline.syncOperations, .last, on: loop, limit: limit, isRefused: isRefused)
        }
    }

    deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

    func send(_ bytes: [UInt8]) throws {
        guard channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    /// The preface, with the client's settings.
    func start(_ settings: [UInt8] = []) throws {
        try send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2InboundFilterTests.frame(4, settings))
    }

    /// The bytes of HEADERS of a request.
    func request(_ stream: UInt8, _ fields: [(String, String)] = [], ends: Bool = true) throws -> [UInt8] {
        var all: [(String, String)] = [
            (":method", "GET"), (":scheme", "http"), (":path", "/s"), (":authority", "h"),
        ]
        all += fields
        var block = ByteBuffer()
        try encoder.encode(headers: HPACKHeaders(all), to: &block)
        return HTTP2InboundFilterTests.frame(1, flags: ends ? 5 : 4, stream: stream, Array(block.readableBytesView))
    }

    /// All that the client got since it was asked last.
    func frames() throws -> [Frame] {
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            written.writeImmutableBuffer(buffer)
        }
        var frames: [Frame] = []
        while let word = written.readInteger(as: UInt32.self), let flags = written.readInteger(as: UInt8.self),
            let stream = written.readInteger(as: UInt32.self),
            let payload = written.readBytes(length: Int(word >> 8))
        {
            frames.append(
                Frame(kind: UInt8(truncatingIfNeeded: word), flags: flags, stream: Int(stream), payload: payload))
        }
        return frames
    }

    func fields(_ frame: Frame) throws -> HPACKHeaders {
        var block = ByteBuffer(bytes: frame.payload)
        return try decoder.decodeHeaders(from: &block)
    }

    func reply(_ index: Int, _ text: String) {
        loop.receive([(dispatcher.submitted[index].id, .reply(.plainText, body: SwiftZMQ.Frame(text)))])
    }
}
