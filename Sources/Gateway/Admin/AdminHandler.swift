import NIOCore
import NIOHTTP1

/// Answers the requests of one connection to the administration listener, one after another.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: AdminPages
    private var head: HTTPRequestHead?
    /// Ends the events that the connection gets.
    private var stopWatching: (@Sendable () -> Void)?

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
            if head.method == .GET, AdminRequest(head).path == "/events" { return watch(context, head) }
            Self.answer(head, from: pages, on: context.channel)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWatching?()
        context.fireChannelInactive()
    }

    /// Sends a snapshot each second, as server-sent events, until the client goes away. One that does not keep up misses
    /// some, and is closed when it takes nothing for as long as a connection may lie idle.
    private func watch(_ context: ChannelHandlerContext, _ request: HTTPRequestHead) {
        stopWatching?()
        var fields = Self.fields(contentType: "text/event-stream")
        // nginx would keep events back until there is more of them.
        fields.add(name: "x-accel-buffering", value: "no")
        if request.version.minor == 0 || !request.isKeepAlive { fields.add(name: "connection", value: "close") }
        let version = request.version.minor == 0 ? HTTPVersion.http1_0 : .http1_1
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: version, status: .ok, headers: fields))), promise: nil)
        // So that the client knows at once that it is served.
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: ": live\n\n")))), promise: nil)
        let channel = context.channel
        stopWatching = pages.dashboard.watch { event in
            guard channel.isWritable else { return }
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(event)), promise: nil)
        }
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

    private static func fields(contentType: String) -> HTTPHeaders {
        var (dates, requestIDs) = (HTTPDateCache(), RequestIDGenerator())
        return [
            "content-type": contentType, "cache-control": "no-store", "x-content-type-options": "nosniff",
            "date": dates.current(), "x-request-id": requestIDs.next(),
        ]
    }

    private static func write(_ answer: AdminAnswer, to request: HTTPRequestHead, on channel: any Channel) async {
        var fields = fields(contentType: answer.contentType)
        fields.add(name: "content-length", value: String(answer.body.utf8.count))
        if let policy = answer.policy { fields.add(name: "content-security-policy", value: policy) }
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
