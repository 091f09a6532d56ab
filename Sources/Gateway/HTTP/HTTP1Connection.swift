import DequeModule
import NIOCore
import SwiftZMQ
import WorkerProtocol

/// A connection of HTTP/1.1 or HTTP/1.0: reads requests, hands them to the broker, and writes the answers in order.
///
/// It is the only handler of a plain connection and works on bytes in both directions: the parser is strict where a
/// general one is lenient, and no message is taken apart and put together again between handlers. It keeps no task and
/// no future per request.
///
/// The code is in three more files: what is read (`+Reading`), what is written (`+Answering`), and how time and the
/// end of the connection are looked after (`+Ending`).
final class HTTP1Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is being read.
    enum Reading {
        case head(HeadScanner)
        case body(IncomingBody)
        /// Nothing more: what comes is dropped.
        case stopped
    }

    /// How far the connection is from its end.
    enum Stage {
        case open
        /// The last answer is on its way and nothing follows it; the connection lives on so that it can be read.
        case lingering
        case closed
    }

    /// What a connection has a deadline for.
    enum Wait {
        case none
        case idle
        case header
        case body
        case progress
        case linger
    }

    let loop: FrontLoop
    let limit: ConnectionLimit
    let isRefused: Bool
    var context: ChannelHandlerContext?

    var stage = Stage.open
    var reading = Reading.head(HeadScanner())
    var input = ByteBuffer()
    var sawEmptyLine = false
    var isInputClosed = false
    var isReadPending = false
    var isParsing = false
    // What the channel reports while it takes bytes is looked at when the step that wrote them is over.
    var isFlushing = false
    var becameWritable = false
    var isFinished = false

    var requests = Deque<OpenRequest>()
    /// What is written and not yet handed to the channel.
    var output: ByteBuffer?

    var wait = Wait.none
    var deadline = NIODeadline.distantFuture
    var timer: NIOScheduledCallback?
    var timerDeadline = NIODeadline.distantFuture
    var backlogAtLastCheck = 0

    lazy var peer = RequestPeer(context?.remoteAddress)
    lazy var listenerAddress = Self.text(of: context?.localAddress)

    /// - Parameter limit: the count of connections, which already includes this one.
    init(on loop: FrontLoop, limit: ConnectionLimit, isRefused: Bool) {
        self.loop = loop
        self.limit = limit
        self.isRefused = isRefused
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        limit.leave()
    }

    func channelActive(context: ChannelHandlerContext) {
        start()
    }

    private func start() {
        loop.add(self)
        if isRefused {
            refuse(RequestRejection(.tooManyConnections, GatewayFailure.tooManyConnections.explanation))
            serve()
        } else if loop.isDraining {
            drain()
        }
        settle()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stage = .closed
        if !isFlushing { finish() }
    }

    private func finish() {
        guard !isFinished else { return }
        isFinished = true
        reading = .stopped
        input = ByteBuffer()
        output = nil
        timer?.cancel()
        timer = nil
        abandonRequests(from: 0)
        loop.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .stopped = reading { return }
        var data = unwrapInboundIn(data)
        if input.readableBytes == 0 {
            input = data
        } else {
            input.writeBuffer(&data)
        }
        parse()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        settle()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        if isFlushing { becameWritable = true } else { proceed() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputClosed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Only the socket reports errors here, and after one nothing can be read or written.
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if wantsInput {
            context.read()
        } else {
            isReadPending = true
        }
    }

    // MARK: Steps

    /// Whether more bytes can be taken from the client.
    var wantsInput: Bool {
        switch reading {
        case .head: takesRequests
        case .body: true
        case .stopped: stage == .lingering
        }
    }

    /// Whether a further request may be begun: not too many are open, and the client takes its answers.
    var takesRequests: Bool {
        requests.count < loop.settings.maximumPipelinedRequests && context?.channel.isWritable == true
    }

    /// Answers what can be answered, reads what that made room for, and so on until nothing moves.
    func proceed() {
        serve()
        parse()
        settle()
    }

    /// Hands over what was written and decides what the connection waits for next. Ends every entry from outside.
    func settle() {
        refuseHopelessHead()
        flushOutput()
        noteTaken()
        if stage == .closed { return finish() }
        if becameWritable {
            becameWritable = false
            return proceed()
        }
        updateDeadline()
        if isReadPending, wantsInput {
            isReadPending = false
            context?.read()
        }
    }

    private static func text(of address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress, let port = address.port else { return "localhost" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
