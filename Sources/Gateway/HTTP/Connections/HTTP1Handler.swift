import NIOCore

/// The socket of a connection of HTTP/1: hands what happens on it to an ``HTTP1Connection`` and does what that says.
///
/// It is the only handler of a plain connection and works on bytes in both directions; with TLS it stands behind what
/// encrypts them, and closes the socket past that.
final class HTTP1Handler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: FrontLoop
    private let limit: ConnectionLimit
    private let isRefused: Bool
    private let session: TLSSession?
    private var context: ChannelHandlerContext?
    private var socket: ConnectionSocket?
    @exclusivity(unchecked) private var http: ConnectionState<HTTP1Connection>?
    @exclusivity(unchecked) private var actions: [HTTP1Connection.Action] = []

    private var isReadPending = false
    // What the channel reports in the midst of a step is looked at when the step is over.
    private var isBusy = false
    private var isInactive = false
    private var hasHandedOver = false
    @exclusivity(unchecked) private var timer = ConnectionTimer()

    /// - Parameters:
    ///   - limit: the count of connections, which already includes this one.
    ///   - session: TLS, where the connection is secured by it.
    init(on loop: FrontLoop, limit: ConnectionLimit, isRefused: Bool, session: TLSSession? = nil) {
        self.loop = loop
        self.limit = limit
        self.isRefused = isRefused
        self.session = session
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        socket = ConnectionSocket(context, session)
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        socket = nil
        if !hasHandedOver { limit.leave() }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
    }

    private func start(_ context: ChannelHandlerContext) {
        loop.add(self)
        http = ConnectionState(HTTP1Connection(loop.rules, from: HTTPExchange.Origin(of: context, session)))
        http?.connection.start(
            isRefused: isRefused,
            mayBecomeHTTP2: session == nil && loop.rules.settings.allowsHTTP2PriorKnowledge,
            at: loop.eventLoop.now)
        settle()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isInactive = true
        if !isBusy { finish() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        http?.connection.receive(unwrapInboundIn(data), at: loop.eventLoop.now)
        perform()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        settle()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard !isBusy, context.channel.isWritable else { return }
        http?.connection.outputTaken(buffered: 0)
        settle()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        http?.connection.inputClosed(unacknowledged: socket?.unacknowledged ?? 0, at: loop.eventLoop.now)
        settle()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if session != nil, TLSSession.isMissingGoodbye(error) { return }
        // Only the socket reports errors here, and TLS, and after one nothing can be read or written.
        socket?.cut()
    }

    func read(context: ChannelHandlerContext) {
        if http?.connection.wantsInput != false {
            context.read()
        } else {
            isReadPending = true
        }
    }

    // MARK: Steps

    /// Goes on until nothing moves any more. Ends every entry from outside.
    private func settle() {
        // A step that is under way takes along what came amid it.
        guard !isBusy, http != nil else { return }
        repeat {
            let now = loop.eventLoop.now
            http?.connection.proceed(at: now)
            perform()
            if http?.connection.checksDelivery == true, !hasOutput {
                http?.connection.noteDelivery(unacknowledged: socket?.unacknowledged ?? 0, at: now)
                perform()
            }
        } while flush()
        timer.set(for: http?.connection.deadline, on: loop.eventLoop, self)
        if isReadPending, http?.connection.wantsInput == true {
            isReadPending = false
            context?.read()
        }
    }

    private var hasOutput: Bool { http?.connection.output != nil }

    /// Carries out what the connection wants done.
    private func perform() {
        guard http?.connection.actions.isEmpty == false else { return }
        var taken: [HTTP1Connection.Action] = []
        swap(&taken, &actions)
        http?.connection.takeActions(into: &taken)
        // Taken out one by one, and not copied; as a rule there is one.
        taken.reverse()
        while let action = taken.popLast() {
            switch action {
            case .submit(let request): loop.submit(request, for: self)
            case .cancel(let id): loop.cancel(id.number)
            case .consumed(let id, let bytes): loop.consumed(id.number, bytes: bytes)
            case .send(let id, let kind, let data): loop.send(id.number, kind, data)
            case .finished(let request): loop.finished(request)
            case .becomeHTTP2(let bytes): becomeHTTP2(bytes)
            case .endOutput:
                _ = flush()
                context?.close(mode: .output, promise: nil)
            case .close: socket?.close()
            case .reset: socket?.reset()
            }
        }
        // Many small messages of a WebSocket at a time leave memory behind, which a quiet connection is not to keep.
        if taken.capacity > 64 { taken = [] }
        swap(&taken, &actions)
    }

    /// Hands what is written to the kernel, as far as it takes it; whether there was anything.
    private func flush() -> Bool {
        guard let socket, let buffer = http?.connection.takeOutput() else { return false }
        guard buffer.readableBytes > 0 else {
            loop.rules.outputBuffers.giveBack(buffer)
            return false
        }
        isBusy = true
        socket.write(buffer)
        isBusy = false
        loop.rules.outputBuffers.giveBack(buffer)
        if isInactive {
            finish()
            return false
        }
        http?.connection.outputTaken(buffered: socket.buffered)
        return true
    }

    /// Makes way for HTTP/2.
    private func becomeHTTP2(_ bytes: ByteBuffer) {
        guard let context else { return }
        let pipeline = context.pipeline.syncOperations
        do {
            try HTTP2Handler.add(to: pipeline, .after(self), on: loop, limit: limit, isRefused: isRefused)
        } catch {
            socket?.cut()
            return
        }
        hasHandedOver = true
        finish()
        // Before the bytes go on: writing an answer to them may find the client gone, and this handler would keep the end
        // of the connection to itself.
        pipeline.removeHandler(self, promise: nil)
        pipeline.fireChannelRead(NIOAny(bytes))
        if isReadPending { pipeline.read() }
    }

    private func finish() {
        guard http != nil else { return }
        http?.connection.closed(at: loop.eventLoop.now)
        perform()
        http = nil
        timer.cancel()
        loop.remove(self)
    }
}

extension HTTP1Handler: ReplyReceiver {
    func receive(_ event: consuming ReplyEvent, for number: UInt64, isLast: Bool) {
        let now = loop.eventLoop.now
        if let waiting = http?.connection.buffered, waiting > 0 {
            http?.connection.outputTaken(buffered: socket?.buffered ?? 0)
        }
        http?.connection.receive(event, for: number, at: now)
        if http?.connection.isOutputLarge == true { _ = flush() }
        if isLast { settle() }
    }

    func drain() {
        http?.connection.drain(unacknowledged: socket?.unacknowledged ?? 0, at: loop.eventLoop.now)
        settle()
    }

    func abort() {
        // With TLS a client that is not told of the end knows better.
        if session == nil, http?.connection.wouldLookWhole(losing: socket?.backlog ?? 0) == true {
            socket?.reset()
        } else {
            socket?.cut()
        }
    }
}

extension HTTP1Handler: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        timer.fired()
        guard let deadline = http?.connection.deadline else { return }
        let now = loop.eventLoop.now
        if now >= deadline { http?.connection.advance(to: now, unacknowledged: socket?.unacknowledged ?? 0) }
        settle()
    }
}
