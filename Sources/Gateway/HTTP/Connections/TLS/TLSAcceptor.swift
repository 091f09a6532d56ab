import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// Secures new connections with the certificate that is in force.
final class TLSAcceptor: Sendable {
    private let context: NIOLockedValueBox<NIOSSLContext>
    private let metrics: GatewayMetrics?
    private let logger: Logger

    init(_ credentials: TLSCredentials, metrics: GatewayMetrics?, logger: Logger) {
        context = NIOLockedValueBox(credentials.context)
        self.metrics = metrics
        self.logger = logger
    }

    /// Takes another certificate, for connections that are accepted from now on.
    func replace(with credentials: TLSCredentials) {
        context.withLockedValue { $0 = credentials.context }
    }

    /// Puts TLS between the socket and HTTP. To be called on the channel's event loop.
    ///
    /// - Parameter limit: the count of connections, which already includes this one.
    func secure(_ channel: any Channel, on loop: FrontLoop, limit: ConnectionLimit, isRefused: Bool) throws {
        let context = context.withLockedValue { $0 }
        let edge = TLSEdgeHandler(on: loop)
        let tls = NIOSSLServerHandler(context: context)
        let handshake = TLSHandshakeHandler(
            self, on: loop, limit: limit, isRefused: isRefused, edge: edge, tls: tls,
            asksForCertificate: context.configuration.certificateVerification == .noHostnameVerification)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(edge)
        try pipeline.addHandler(tls)
        try pipeline.addHandler(handshake)
    }

    func handshakeFailed(_ peer: String, _ reason: String) {
        metrics?.tlsHandshakeFailed()
        logger.debug("a client's TLS handshake failed", metadata: ["client": "\(peer)", "reason": "\(reason)"])
    }
}
