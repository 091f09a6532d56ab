import NIOCore
import NIOEmbedded
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// A connection without a socket: bytes in, bytes out, and a clock that a test moves.
final class EmbeddedConnection {
    let channel = EmbeddedChannel()
    let loop: FrontLoop
    let dispatcher = RecordingDispatcher()
    private var written: [UInt8] = []

    init(
        settings: HTTPSettings = HTTPSettings(), router: RequestRouter = RequestRouter(),
        services: Set<String> = ["a", "b"], isRefused: Bool = false, isBroken: Bool = false
    ) throws {
        loop = FrontLoop(
            index: 0, eventLoop: channel.eventLoop, settings: settings, router: Published(router),
            services: ServiceDirectory(services), dispatcher: dispatcher, observer: nil)
        let connection = HTTP1Handler(on: loop, limit: ConnectionLimit(10), isRefused: isRefused)
        try channel.pipeline.syncOperations.addHandler(connection)
        if isBroken { try breakSocket() }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    var isOpen: Bool { channel.isActive }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    func send(_ bytes: [UInt8]) throws {
        guard channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        // What was read in one turn of the loop is handed over at its end.
        channel.embeddedEventLoop.run()
    }

    /// Sends bytes that are read in pieces, one after the other in one turn of the loop.
    func send(_ bytes: [UInt8], inPiecesOf size: Int) throws {
        for start in stride(from: 0, to: bytes.count, by: size) where channel.isActive {
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + size)]))
        }
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.run()
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Answers a request.
    func deliver(_ events: ReplyEvent..., for request: GatewayRequest) {
        loop.receive(events.map { (request.id, $0) })
    }

    /// All bytes so far that were not taken as a response.
    func bytes() throws -> [UInt8] {
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { written += buffer.readableBytesView }
        return written
    }

    /// All responses so far, and whatever bytes follow them.
    func responses(isHead: Bool = false) throws -> (responses: [RawResponse], rest: String) {
        _ = try bytes()
        var responses: [RawResponse] = []
        while let (response, count) = RawResponse.read(written, isHead: isHead, atEnd: !channel.isActive) {
            responses.append(response)
            written.removeFirst(count)
        }
        return (responses, String(decoding: written, as: UTF8.self))
    }
}

/// Notes what it gets, for use on one thread.
final class RecordingDispatcher: RequestDispatcher, @unchecked Sendable {
    // Used on the thread of an embedded event loop alone.
    var submitted: [GatewayRequest] = []
    var cancelled: [RequestID] = []
    var taken: [RequestID: Int] = [:]
    var messages: [(id: RequestID, kind: WebSocketMessageKind, data: Frame)] = []

    func submit(_ requests: [GatewayRequest]) { submitted += requests }
    func cancel(_ id: RequestID) { cancelled.append(id) }
    func consumed(_ id: RequestID, bytes: Int) { taken[id, default: 0] += bytes }
    func send(_ kind: WebSocketMessageKind, _ data: Frame, for id: RequestID) { messages.append((id, kind, data)) }
}

extension EmbeddedConnection {
    /// Makes the client one that is found gone by writing to it.
    func breakSocket() throws {
        try channel.pipeline.syncOperations.addHandler(BrokenSocket(), position: .first)
    }

    /// Whether a drain finds no connection left.
    func isDrained() -> Bool {
        let isDrained = NIOLoopBoundBox(false, eventLoop: channel.eventLoop)
        loop.drain().whenSuccess { isDrained.value = true }
        channel.embeddedEventLoop.run()
        return isDrained.value
    }

    /// Moves the clock.
    func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
}

/// A socket whose client is found gone by writing to it.
final class BrokenSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
        context.close(promise: nil)
    }
}
