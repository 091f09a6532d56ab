import NIOCore
import NIOHTTP1
import NIOPosix

/// A connection to an HTTP server that is kept open from request to request.
final class HTTPConnection: Sendable {
    /// No answer came.
    enum Failure: Error {
        case closed
        case tookTooLong
    }

    private struct Question: Sendable {
        let head: HTTPRequestHead
        let body: ByteBuffer?
        let answer: EventLoopPromise<HTTPAnswer>
    }

    private let channel: any Channel

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    deinit {
        channel.close(promise: nil)
    }

    static func open(to port: Int, host: String = "127.0.0.1") async throws -> HTTPConnection {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .connect(host: host, port: port).get()
        return HTTPConnection(channel)
    }

    /// Sends a request and waits for its answer.
    func ask(
        _ method: String, _ target: String, fields: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> HTTPAnswer {
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: target, headers: ["host": "localhost"])
        head.headers.add(contentsOf: fields)
        if let body { head.headers.add(name: "content-length", value: "\(body.count)") }
        let answer = channel.eventLoop.makePromise(of: HTTPAnswer.self)
        let timeout = channel.eventLoop.scheduleTask(in: .seconds(60)) { answer.fail(Failure.tookTooLong) }
        let question = Question(head: head, body: body.map { ByteBuffer(bytes: $0) }, answer: answer)
        channel.writeAndFlush(question).cascadeFailure(to: answer)
        defer { timeout.cancel() }
        return try await answer.futureResult.get()
    }

    private final class Handler: ChannelDuplexHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundIn = Question
        typealias OutboundOut = HTTPClientRequestPart

        private var waiting: CircularBuffer<EventLoopPromise<HTTPAnswer>> = []
        private var answer: HTTPAnswer?

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            let question = unwrapOutboundIn(data)
            waiting.append(question.answer)
            context.write(wrapOutboundOut(.head(question.head)), promise: nil)
            if let body = question.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
            context.write(wrapOutboundOut(.end(nil)), promise: promise)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): answer = HTTPAnswer(head: head)
            case .body(let body): answer?.body += body.readableBytesView
            case .end:
                if let answer { waiting.popFirst()?.succeed(answer) }
                answer = nil
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            for answer in waiting { answer.fail(Failure.closed) }
            waiting = []
        }
    }
}
