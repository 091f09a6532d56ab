import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Waits until a connection is secured, as long as it may take, and makes way for what was agreed on.
///
/// A handshake that fails is counted, and gives its place back.
final class TLSHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let acceptor: TLSAcceptor
    private let loop: FrontLoop
    private let limit: ConnectionLimit
    private let isRefused: Bool
    private let edge: TLSEdgeHandler
    private let tls: NIOSSLServerHandler
    private let asksForCertificate: Bool
    private var timer: Scheduled<Void>?
    private var isOver = false
    private var hasHandedOver = false
    private var peer = "unknown"

    /// - Parameters:
    ///   - limit: the count of connections, which already includes this one.
    ///   - asksForCertificate: whether the client has to show one.
    init(
        _ acceptor: TLSAcceptor, on loop: FrontLoop, limit: ConnectionLimit, isRefused: Bool, edge: TLSEdgeHandler,
        tls: NIOSSLServerHandler, asksForCertificate: Bool
    ) {
        self.acceptor = acceptor
        self.loop = loop
        self.limit = limit
        self.isRefused = isRefused
        self.edge = edge
        self.tls = tls
        self.asksForCertificate = asksForCertificate
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        loop.remove(self)
        if !hasHandedOver { limit.leave() }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        loop.add(self)
        edge.manage()
        peer = context.remoteAddress?.ipAddress ?? peer
        guard !loop.rules.isDraining else { return edge.close() }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: loop.rules.times.header) {
            self.fail(Self.tookTooLong)
            self.edge.close()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let agreed): complete(context, agreed)
        case TLSEdgeHandler.Event.plainHTTP: fail("the client speaks plain HTTP")
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !hasHandedOver else { return context.fireErrorCaught(error) }
        fail(Self.reason(of: error))
        // The alert that says why is on its way, unless the socket itself is broken.
        if error is NIOSSLError { edge.end() } else { edge.close() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the client went away")
        context.fireChannelInactive()
    }

    // MARK: The end

    /// Lets the version that was agreed on take over.
    ///
    /// - Parameter agreed: the name of it (RFC 7301); nil where the client has named none.
    private func complete(_ context: ChannelHandlerContext, _ agreed: String?) {
        guard !isOver else { return }
        var subject: String?
        if asksForCertificate {
            subject = (try? tls.peerCertificate?.toDERBytes()).flatMap { CertificateSubject.text(of: $0) }
            guard subject != nil else {
                fail("the client's certificate has no subject that can be told to workers")
                return edge.close()
            }
        }
        let session = TLSSession(edge: edge, clientCertificateSubject: subject)
        isOver = true
        timer?.cancel()
        timer = nil
        // What has gone out so far stands for nothing of HTTP.
        edge.noteWritten(0) { 0 }
        let pipeline = context.pipeline.syncOperations
        do {
            if agreed == TLSCredentials.http2 {
                try HTTP2Handler.add(
                    to: pipeline, .after(self), on: loop, limit: limit, isRefused: isRefused, session: session)
            } else {
                // What is spoken without an agreement, too.
                try pipeline.addHandler(
                    HTTP1Handler(on: loop, limit: limit, isRefused: isRefused, session: session),
                    position: .after(self))
            }
            hasHandedOver = true
        } catch {
            return edge.close()
        }
        pipeline.removeHandler(self, promise: nil)
    }

    /// Counts a handshake that will not succeed any more, once.
    private func fail(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        timer = nil
        // Who only looks whether anybody listens, as load balancers do, has begun none.
        guard edge.hasInput || reason == Self.tookTooLong else { return }
        acceptor.handshakeFailed(peer, reason)
    }

    private static let tookTooLong = "it did not end in time"

    /// What went wrong, in one line without paths of source files.
    private static func reason(of error: any Error) -> String {
        guard case NIOSSLError.handshakeFailed(let cause) = error else { return "\(error)" }
        guard case .sslError(let stack) = cause, let first = stack.first else { return "\(cause)" }
        let text = "\(first)"
        // "Error: 268435612 error:1000009c:SSL routines:OPENSSL_internal:HTTP_REQUEST at …/file.cc:123"
        let words = text.split(separator: ":").last { $0.contains(" at ") }?.split(separator: " ").first
        return words.map { $0.lowercased().replacing("_", with: " ") } ?? "the client went away"
    }
}

extension TLSHandshakeHandler: ReplyReceiver {
    func receive(_ event: ReplyEvent, for number: UInt64, isLast: Bool) {}

    func drain() { abort() }

    func abort() {
        isOver = true
        edge.close()
    }
}
