#if HummingbirdWorker
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request on a connection of its own, and its answer as it comes.
final class HTTPExchange {
    /// The connection ended before the answer was complete.
    struct Cut: Error {}

    private let channel: any Channel
    private let parts: AsyncThrowingStream<HTTPClientResponsePart, any Error>
    /// The trailing fields, once the answer is complete; nil where it has none.
    private(set) var trailers: HTTPHeaders?

    init(
        _ port: Int, _ method: HTTPMethod, _ target: String, fields: HTTPHeaders = [:], body: String? = nil
    ) async throws {
        let (parts, arrivals) = AsyncThrowingStream.makeStream(of: HTTPClientResponsePart.self)
        self.parts = parts
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(Reader(arrivals: arrivals))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: fields)
        if !fields.contains(name: "host") { head.headers.add(name: "host", value: "shop.example") }
        if let body { head.headers.add(name: "content-length", value: "\(body.utf8.count)") }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let body { channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil) }
        try await channel.writeAndFlush(HTTPClientRequestPart.end(nil))
    }

    deinit { close() }

    /// Goes away, as a client does who has seen enough.
    func close() {
        channel.close(promise: nil)
    }

    /// The status and the fields, as soon as they come.
    func head() async throws -> HTTPResponseHead {
        for try await case .head(let head) in parts { return head }
        throw Cut()
    }

    /// The next piece of the body; nil once the answer is complete.
    func piece() async throws -> String? {
        for try await part in parts {
            switch part {
            case .body(let buffer): return String(buffer: buffer)
            case .end(let trailers):
                self.trailers = trailers
                return nil
            case .head: continue
            }
        }
        throw Cut()
    }

    /// What there still is of the body, once the answer is complete.
    func text() async throws -> String {
        var text = ""
        while let piece = try await piece() { text += piece }
        return text
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart

        private let arrivals: AsyncThrowingStream<HTTPClientResponsePart, any Error>.Continuation

        init(arrivals: AsyncThrowingStream<HTTPClientResponsePart, any Error>.Continuation) {
            self.arrivals = arrivals
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            arrivals.yield(unwrapInboundIn(data))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            arrivals.finish(throwing: Cut())
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            arrivals.finish(throwing: Cut())
        }
    }
}
#endif
