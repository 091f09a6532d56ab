import NIOCore
import NIOHTTP1

/// Answers the requests of one connection to the administration listener, one after another.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: AdminPages
    private var head: HTTPRequestHead?

    init(_ pages: AdminPages) {
        self.pages = pages
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            Self.answer(head, from: pages, on: context.channel)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Metrics and workers are put together off the event loop, which serves the gateway's clients as well.
    private static func answer(_ request: HTTPRequestHead, from pages: AdminPages, on channel: any Channel) {
        Task { @concurrent in
            let answer = await pages.answer(AdminRequest(request))
            await write(answer, to: request, on: channel)
        }
    }

    private static func write(_ answer: AdminAnswer, to request: HTTPRequestHead, on channel: any Channel) async {
        var (dates, requestIDs) = (HTTPDateCache(), RequestIDGenerator())
        var fields: HTTPHeaders = [
            "content-type": answer.contentType, "content-length": String(answer.body.utf8.count),
            "cache-control": "no-store", "x-content-type-options": "nosniff", "date": dates.current(),
            "x-request-id": requestIDs.next(),
        ]
        if let allow = answer.allow { fields.add(name: "allow", value: allow) }
        if !request.isKeepAlive { fields.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(
            version: request.version.minor == 0 ? .http1_0 : .http1_1, status: .init(statusCode: answer.status),
            headers: fields)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if request.method != .HEAD {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: answer.body))), promise: nil)
        }
        // A client that went away meanwhile needs no answer.
        try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if !request.isKeepAlive { try? await channel.close() }
    }
}
