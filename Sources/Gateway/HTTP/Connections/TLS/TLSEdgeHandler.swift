import NIOCore

/// The socket's side of a TLS connection: nobody but what stands behind it closes the socket.
///
/// It sees what is encrypted. NIOSSL closes a socket as soon as both sides have said goodbye, or nothing can be
/// understood any more, whatever still waits to be sent; here that is left to the connection, as without TLS. It also
/// tells a client that speaks plain HTTP what is wrong, and counts bytes.
final class TLSEdgeHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What it tells those behind it.
    enum Event: Sendable {
        /// The client speaks plain HTTP, and was told so.
        case plainHTTP
    }

    private enum State {
        /// It is not known what the client speaks.
        case silent
        case open
        /// The client gets what was written last, and is given time to close.
        case ending
    }

    private let loop: FrontLoop
    private var state = State.silent
    /// What has come by then.
    private var beginning = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var isInputClosed = false
    private var isManaged = false
    private var timer: Scheduled<Void>?
    private var count = PlaintextCount()

    init(on loop: FrontLoop) {
        self.loop = loop
    }

    /// Whether the client has sent anything.
    var hasInput: Bool { state != .silent || beginning.readableBytes > 0 }

    // MARK: For those behind it

    /// From now on the socket is closed by ``close()`` and ``end()`` alone.
    func manage() { isManaged = true }

    /// Closes the socket as it is, and tells the client nothing.
    func close() {
        timer?.cancel()
        timer = nil
        context?.close(promise: nil)
    }

    /// Closes the socket once the client has what was written, or had time to take it.
    func end() {
        guard let context, state != .ending else { return }
        guard !isInputClosed, context.channel.isActive else { return close() }
        state = .ending
        context.close(mode: .output, promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: loop.rules.lingerTime) { self.close() }
    }

    /// Bytes of plaintext have been written, and nothing since.
    func noteWritten(_ plaintext: Int, unacknowledged: () -> Int) {
        count.addPlaintext(plaintext, unacknowledged: unacknowledged)
    }

    /// How many bytes of plaintext the last so many bytes on the wire stand for.
    func plaintext(inLast waiting: Int) -> Int { count.plaintext(inLast: waiting) }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .silent:
            let buffer = unwrapInboundIn(data)
            if beginning.readableBytes == 0 { beginning = buffer } else { beginning.writeImmutableBuffer(buffer) }
            let first = beginning
            // A TLS record begins with a number below 32; a method with a letter, which no record may begin with.
            let isPlainHTTP = first.readableBytesView.first?.isLetter == true
            // The answer has a body unless it is to a HEAD.
            if isPlainHTTP, first.readableBytes < 5, "HEAD ".utf8.starts(with: first.readableBytesView) { return }
            state = .open
            beginning = ByteBuffer()
            if isPlainHTTP { return refusePlainHTTP(first, context) }
            context.fireChannelRead(wrapInboundOut(first))
        case .open: context.fireChannelRead(data)
        case .ending: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            guard state != .ending else { return close() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        count.addCiphertext(unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isManaged, mode == .all else { return context.close(mode: mode, promise: promise) }
        promise?.succeed()
    }

    // MARK: Plain HTTP

    /// Says in plain text what is wrong (as nginx does), and ends the connection.
    private func refusePlainHTTP(_ input: ByteBuffer, _ context: ChannelHandlerContext) {
        let rules = loop.rules
        let now = loop.eventLoop.now
        let rejection = RequestRejection(
            .badRequest, "A plain HTTP request was sent to a port of HTTPS; use https:// instead.")
        let origin = HTTPExchange.Origin(
            peer: RequestPeer(context.remoteAddress), scheme: "http", listenerAddress: "")
        let hints = HeadHints(input.readableBytesUInt8Span, limits: rules.limits)
        var exchange = HTTPExchange(refused: rejection, hints, from: origin, rules, at: now)
        let answer = LocalAnswer.problem(rejection)
        let document = ProblemDocument(rejection, requestID: exchange.requestID).text(asPlainText: true)
        var output = context.channel.allocator.buffer(capacity: 512)
        ResponseWriter.write(
            ResponseStart(answer, asText: true, bodySize: document.utf8.count, isHead: hints.isHead),
            framing: .length(document.utf8.count),
            ResponseWriter.Context(
                date: rules.dates.current(), requestID: exchange.requestID, serverName: rules.settings.serverName,
                closes: true, isHTTP10: false),
            to: &output)
        if !hints.isHead { output.writeString(document) }
        // So that it is told as answered.
        _ = exchange.takeAnswer()
        exchange.noteWritten(hints.isHead ? 0 : document.utf8.count)
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        if let finished = exchange.finished(.answered, at: loop.eventLoop.now) { loop.finished(finished) }
        end()
        context.fireUserInboundEventTriggered(Event.plainHTTP)
    }
}
