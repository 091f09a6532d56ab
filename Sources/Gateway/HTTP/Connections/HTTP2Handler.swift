import NIOCore
import NIOHTTP2

/// The socket of a connection of HTTP/2: hands what NIOHTTP2 reads on it to an ``HTTP2Connection`` and does what that says.
///
/// NIOHTTP2 is used for frames and their order alone, without a channel for each stream, which would cost several times as
/// much as the request. It stands between this handler and an ``HTTP2ByteHandler``.
final class HTTP2Handler: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// The bytes that may wait in the process before no more are written, and how few have to be left for more: few, as
    /// whatever comes next waits behind them.
    private static let writeMark = ChannelOptions.Types.WriteBufferWaterMark(low: 32 << 10, high: 64 << 10)

    private let loop: FrontLoop
    private let limit: ConnectionLimit
    private let isRefused: Bool
    private let session: TLSSession?
    private var context: ChannelHandlerContext?
    private var bytes: HTTP2ByteHandler?
    @exclusivity(unchecked) private var http: ConnectionState<HTTP2Connection>?
    @exclusivity(unchecked) private var actions: [HTTP2Connection.Action] = []
    @exclusivity(unchecked) private var frames: [HTTP2Frame] = []

    private var isReadPending = false
    // What the channel reports in the midst of a step is looked at when the step is over.
    private var isBusy = false
    private var isInactive = false
    /// Whether NIOHTTP2 has told the client of an error that ends the connection.
    private var hasFailed = false
    @exclusivity(unchecked) private var timer = ConnectionTimer()

    private init(on loop: FrontLoop, limit: ConnectionLimit, isRefused: Bool, session: TLSSession?) {
        self.loop = loop
        self.limit = limit
        self.isRefused = isRefused
        self.session = session
    }

    /// Serves HTTP/2 from now on.
    ///
    /// - Parameters:
    ///   - position: where what is needed is put into the pipeline.
    ///   - limit: the count of connections, which already includes this one.
    ///   - session: TLS, where the connection is secured by it.
    static func add(
        to pipeline: ChannelPipeline.SynchronousOperations, _ position: ChannelPipeline.SynchronousOperations.Position,
        on loop: FrontLoop, limit: ConnectionLimit, isRefused: Bool, session: TLSSession? = nil
    ) throws {
        let settings = loop.rules.settings
        let handler = HTTP2Handler(on: loop, limit: limit, isRefused: isRefused, session: session)
        // A head over the limit is answered, as long as it is not far over it.
        let heads = min(4 * min(settings.maximumHeaderSize, 1 << 28), 1 << 30)
        let bytes = HTTP2ByteHandler(
            handler, on: loop, session: session,
            announcing: [
                .init(number: 3, value: UInt32(settings.maximumStreams)),
                .init(number: 4, value: UInt32(HTTP2Connection.streamWindow)),
                .init(number: 6, value: UInt32(heads)),
                // Streams may become WebSockets (RFC 8441, section 3).
                .init(number: 8, value: 1),
            ])
        handler.bytes = bytes
        let framing = NIOHTTP2Handler(
            mode: .server, frameDelegate: handler,
            connectionConfiguration: connectionConfiguration(settings, heads: heads),
            streamConfiguration: streamConfiguration)
        // In this order: NIOHTTP2 writes as soon as it is there.
        try pipeline.addHandler(bytes, position: position)
        try pipeline.addHandler(framing, position: .after(bytes))
        try pipeline.addHandler(handler, position: .after(framing))
    }

    /// What NIOHTTP2 is to keep to. What a request may have in its head, and what is a flood, is decided here: it would
    /// reset a stream where HTTP/1.1 has an answer, and end the connections of clients that cancel many downloads.
    private static func connectionConfiguration(
        _ settings: HTTPSettings, heads: Int
    ) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            // A stream over the limit is refused; NIOHTTP2 would end the connection.
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Int(Int32.max)),
            HTTP2Setting(parameter: .initialWindowSize, value: HTTP2Connection.streamWindow),
            HTTP2Setting(parameter: .maxHeaderListSize, value: heads),
        ]
        configuration.headerBlockValidation = .disabled
        configuration.contentLengthValidation = .disabled
        configuration.maximumSequentialEmptyDataFrames = .max
        configuration.maximumConnectionGlitches = .max
        configuration.maximumSequentialContinuationFrames = 32 + heads / HTTP2Connection.frameSize
        // Frames for streams that were reset longer ago end the connection; each costs a look at all of them.
        configuration.maximumRecentlyResetStreams = min(max(100, 2 * settings.maximumStreams), 2000)
        configuration.controlFrameRateLimit.maximumCount = rateCapacity
        configuration.controlFrameRateLimit.windowLength = .zero
        return configuration
    }

    private static let streamConfiguration: NIOHTTP2Handler.StreamConfiguration = {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.streamResetFrameRateLimit.maximumCount = rateCapacity
        configuration.streamResetFrameRateLimit.windowLength = .zero
        configuration.streamErrorRateLimit.maximumCount = rateCapacity
        configuration.streamErrorRateLimit.windowLength = .zero
        return configuration
    }()

    /// For how many events at one moment NIOHTTP2 keeps memory on each connection; in no time there are never as many.
    private static let rateCapacity = 64

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        bytes = nil
        limit.leave()
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
    }

    private func start(_ context: ChannelHandlerContext) {
        loop.add(self)
        // Where a channel has no such mark, all that waits longer is what comes next.
        try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: Self.writeMark)
        http = ConnectionState(HTTP2Connection(loop.rules, from: HTTPExchange.Origin(of: context, session)))
        http?.connection.start(isRefused: isRefused, at: loop.eventLoop.now)
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
        guard !isBusy else { return }
        noteOutput(context)
        settle()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent:
            if let size = event.inboundWindowSize { http?.connection.inboundWindowChanged(event.streamID, to: size) }
        case let event as StreamClosedEvent:
            http?.connection.streamClosed(event.streamID, at: loop.eventLoop.now)
            perform()
        case ChannelEvent.inputClosed:
            http?.connection.inputClosed(unacknowledged: unacknowledged, at: loop.eventLoop.now)
            settle()
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if session != nil, TLSSession.isMissingGoodbye(error) { return }
        let now = loop.eventLoop.now
        let cause = (error as? NIOHTTP2Errors.StreamError)?.baseError ?? error
        if hasFailed {
            http?.connection.failed(at: now)
        } else if cause is NIOHTTP2Errors.InvalidFlowControlWindowSize {
            // The stream alone was reset, which no client needs that can add.
            http?.connection.fail(.flowControlError, at: now)
        } else if !(error is NIOHTTP2Errors.StreamError || error is any NIOHTTP2Error) {
            // Only the socket reports other errors here, and TLS, and after one nothing can be read or written.
            bytes?.socket?.cut()
        }
        perform()
    }

    func read(context: ChannelHandlerContext) {
        if http?.connection.wantsInput != false {
            context.read()
        } else {
            isReadPending = true
        }
    }

    // MARK: For the bytes

    /// A frame begins; the error with which the connection is to end because of it.
    func fault(of head: HTTP2FrameHead) -> HTTP2ErrorCode? { http?.connection.fault(of: head, at: loop.eventLoop.now) }

    func fail(_ code: HTTP2ErrorCode) { http?.connection.fail(code, at: loop.eventLoop.now) }

    func inputPaused(unfinishedHead: Int?) {
        http?.connection.inputPaused(unfinishedHead: unfinishedHead, at: loop.eventLoop.now)
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
            if http?.connection.checksDelivery == true {
                http?.connection.noteDelivery(unacknowledged: unacknowledged, at: now)
                perform()
            }
        } while flush()
        timer.set(for: http?.connection.deadline, on: loop.eventLoop, self)
        if isReadPending, http?.connection.wantsInput == true {
            isReadPending = false
            context?.read()
        }
    }

    /// Carries out what the connection wants done.
    private func perform() {
        guard http?.connection.actions.isEmpty == false else { return }
        var taken: [HTTP2Connection.Action] = []
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
            case .goAway(let last, let code): output { bytes?.goAway(last: last, code) }
            case .endOutput: output { bytes?.endOutput() }
            case .close: bytes?.socket?.close()
            case .reset: bytes?.socket?.reset()
            }
        }
        // Many small messages of a WebSocket at a time leave memory behind, which a quiet connection is not to keep.
        if taken.capacity > 64 { taken = [] }
        swap(&taken, &actions)
    }

    /// Hands on frames; whether there were any.
    private func flush() -> Bool {
        guard let context, http?.connection.hasOutput == true else { return false }
        var taken: [HTTP2Frame] = []
        swap(&taken, &frames)
        http?.connection.takeFrames(into: &taken, at: loop.eventLoop.now)
        output {
            bytes?.beginGathering()
            var hasData = false
            for frame in taken {
                switch frame.payload {
                case .data: hasData = true
                case .rstStream where hasData:
                    // NIOHTTP2 keeps data until it is told to write it, and drops what it has of a stream that is reset.
                    context.flush()
                    hasData = false
                default: break
                }
                context.write(wrapOutboundOut(frame), promise: nil)
            }
            context.flush()
            bytes?.endGathering()
        }
        let hadFrames = !taken.isEmpty
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &frames)
        return hadFrames && http != nil
    }

    /// Writes something, and takes note of what became of it.
    private func output(_ write: () -> Void) {
        guard let context else { return }
        let wasBusy = isBusy
        isBusy = true
        write()
        isBusy = wasBusy
        guard !isBusy else { return }
        if isInactive { return finish() }
        noteOutput(context)
    }

    private func noteOutput(_ context: ChannelHandlerContext) {
        http?.connection.outputTaken(written: bytes?.written ?? 0, isWritable: context.channel.isWritable)
    }

    private func finish() {
        guard http != nil else { return }
        http?.connection.closed(at: loop.eventLoop.now)
        perform()
        http = nil
        timer.cancel()
        loop.remove(self)
    }

    private var unacknowledged: Int { bytes?.socket?.unacknowledged ?? 0 }
}

extension HTTP2Handler: NIOHTTP2FrameDelegate {
    /// Learns of what NIOHTTP2 writes by itself.
    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .goAway: hasFailed = true
        case .rstStream where !isBusy: http?.connection.noteFault(at: loop.eventLoop.now)
        default: break
        }
    }
}

extension HTTP2Handler: ReplyReceiver {
    func receive(_ event: consuming ReplyEvent, for number: UInt64, isLast: Bool) {
        http?.connection.receive(event, for: number, at: loop.eventLoop.now)
        if isLast || http?.connection.holdsMuch == true { settle() }
    }

    func drain() {
        http?.connection.drain(at: loop.eventLoop.now)
        settle()
    }

    func abort() {
        bytes?.socket?.cut()
    }
}

extension HTTP2Handler: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        timer.fired()
        guard let deadline = http?.connection.deadline else { return }
        let now = loop.eventLoop.now
        if now >= deadline { http?.connection.advance(to: now, unacknowledged: unacknowledged) }
        settle()
    }
}
